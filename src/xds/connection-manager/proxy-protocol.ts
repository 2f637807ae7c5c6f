import type { ClientSettings } from '../../model/edge.ts';
import { any } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { cidrRange } from '../cidr-range.ts';

type ListenerFilter = Messages['envoy.config.listener.v3.ListenerFilter'];
type Filter = Messages['envoy.config.listener.v3.Filter'];

/** Reads who the client is. A connection without the header is closed, or anybody could say who they are. */
export function readProxyProtocol({ proxyProtocol }: Pick<ClientSettings, 'proxyProtocol'>): readonly ListenerFilter[] {
  if (proxyProtocol === undefined) return [];
  return [
    {
      name: 'envoy.filters.listener.proxy_protocol',
      typed_config: any('envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol', {}),
    },
  ];
}

/** Closes connections of those who are not trusted to say who the client is. */
export function closeUntrusted(scheme: string, { proxyProtocol }: Pick<ClientSettings, 'proxyProtocol'>): readonly Filter[] {
  if (proxyProtocol === undefined || proxyProtocol.trusted.includes('0.0.0.0/0')) return [];
  const principals = proxyProtocol.trusted.map((network) => ({ direct_remote_ip: cidrRange(network) }));
  return [
    {
      name: 'envoy.filters.network.rbac',
      typed_config: any('envoy.extensions.filters.network.rbac.v3.RBAC', {
        stat_prefix: scheme,
        rules: { action: 'ALLOW', policies: principals.length === 0 ? {} : { trusted: { permissions: [{ any: true }], principals } } },
      }),
    },
  ];
}
