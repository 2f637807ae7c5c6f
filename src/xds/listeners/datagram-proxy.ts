import type { Taken } from '../../model/listener.ts';
import { any } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';

type ListenerFilter = Messages['envoy.config.listener.v3.ListenerFilter'];
type Matcher = Messages['xds.type.matcher.v3.Matcher'];
type FieldMatcher = NonNullable<NonNullable<Matcher['matcher_list']>['matchers']>[number];

const sourcePort = {
  name: 'source port',
  typed_config: any('envoy.extensions.matching.common_inputs.network.v3.SourcePortInput', {}),
} as const;

/**
 * Forwards datagrams. Envoy has no weights here, so that a hash of the client's port decides: each of its sockets keeps to one upstream.
 * What has nowhere to go is dropped. https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/listeners/udp_filters/udp_proxy
 */
export function datagramProxy(
  name: string,
  { upstreams, failing = 0 }: Extract<Taken, { readonly type: 'connections' }>,
  idle: number,
): ListenerFilter {
  return {
    name: 'envoy.filters.udp_listener.udp_proxy',
    typed_config: any('envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig', {
      stat_prefix: name.replaceAll(/[^\w]+/g, '_'),
      matcher: matcher(upstreams, failing),
      idle_timeout: `${idle}s`,
    }),
  };
}

function matcher(upstreams: Extract<Taken, { readonly type: 'connections' }>['upstreams'], failing: number): Matcher {
  const [only, ...others] = upstreams;
  if (only !== undefined && others.length === 0 && failing === 0) return { on_no_match: routeTo(only.upstream) };
  const all = upstreams.reduce((sum, { weight }) => sum + weight, failing);
  let threshold = all;
  const matchers = upstreams.map(({ upstream, weight }): FieldMatcher => {
    threshold -= weight;
    return {
      predicate: {
        single_predicate: {
          input: sourcePort,
          custom_match: {
            name: 'envoy.matching.matchers.consistent_hashing',
            typed_config: any('envoy.extensions.matching.input_matchers.consistent_hashing.v3.ConsistentHashing', {
              threshold,
              modulo: all,
            }),
          },
        },
      },
      on_match: routeTo(upstream),
    };
  });
  return { matcher_list: { matchers } };
}

function routeTo(cluster: string): NonNullable<Matcher['on_no_match']> {
  return { action: { name: 'route', typed_config: any('envoy.extensions.filters.udp.udp_proxy.v3.Route', { cluster }) } };
}
