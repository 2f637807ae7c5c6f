import type { Taken } from '../../model/listener.ts';
import { any } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { nowhere } from '../routes/route-action.ts';

type Filter = Messages['envoy.config.listener.v3.Filter'];

/** Forwards whole connections. One that has nowhere to go is closed. Idle ones end after an hour, as Envoy has it by default. */
export function connectionProxy(name: string, { upstreams, failing }: Extract<Taken, { readonly type: 'connections' }>): Filter {
  const [only, ...others] = upstreams;
  const nobody = failing === undefined ? [] : [{ name: nowhere, weight: failing }];
  const clusters = [...upstreams.map(({ upstream, weight }) => ({ name: upstream, weight })), ...nobody];
  const isOne = only !== undefined && others.length === 0 && failing === undefined;
  return {
    name: 'envoy.filters.network.tcp_proxy',
    typed_config: any('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', {
      stat_prefix: name.replaceAll(/[^\w]+/g, '_'),
      ...(isOne ? { cluster: only.upstream } : { weighted_clusters: { clusters } }),
    }),
  };
}
