import type { StreamListener } from '../../model/stream-listener.ts';
import { any } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import type { Resource } from '../../snapshot/resource.ts';
import { renderAccessLog } from '../connection-manager/access-log.ts';
import { listenerBasics } from './listener-basics.ts';
import { makeResource } from '../make-resource.ts';
import type { ListenerSettings } from '../options.ts';
import { closeUntrusted, readProxyProtocol } from '../connection-manager/proxy-protocol.ts';

type Listener = Messages['envoy.config.listener.v3.Listener'];

/** By its name. */
export function isStreamListener(name: string): boolean {
  return /^(?:tcp|udp)\//.test(name);
}

/** A port that hands on what comes, without looking into it. While its upstream has no endpoints, connections are closed at once. */
export function renderStreamListener(stream: StreamListener, settings: ListenerSettings): Resource {
  const { key: name, protocol, port, upstream, sources } = stream;
  const message = {
    ...listenerBasics(name, settings, port, protocol),
    ...(protocol === 'TCP' ? tcp(stream, settings) : udp(stream, settings)),
  };
  return makeResource('listeners', message, { name, references: [{ type: 'clusters', name: upstream }], sources });
}

function tcp({ key, upstream, readsProxyProtocol }: StreamListener, { edge }: ListenerSettings): Listener {
  const { idle, tries, accessLog } = edge.streams;
  const client = readsProxyProtocol ? { proxyProtocol: { trusted: edge.client.trustedNetworks } } : {};
  return {
    listener_filters: [...readProxyProtocol(client)],
    filter_chains: [
      {
        name: key,
        filters: [
          ...closeUntrusted(key, client),
          {
            name: 'envoy.filters.network.tcp_proxy',
            typed_config: any('envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy', {
              stat_prefix: key,
              cluster: upstream,
              idle_timeout: `${idle}s`,
              max_connect_attempts: tries,
              access_log: renderAccessLog(accessLog, 'TCP'),
            }),
          },
        ],
      },
    ],
  };
}

function udp({ key, upstream }: StreamListener, { edge }: ListenerSettings): Listener {
  const route = any('envoy.extensions.filters.udp.udp_proxy.v3.Route', { cluster: upstream });
  return {
    udp_listener_config: {},
    listener_filters: [
      {
        name: 'envoy.filters.udp_listener.udp_proxy',
        typed_config: any('envoy.extensions.filters.udp.udp_proxy.v3.UdpProxyConfig', {
          stat_prefix: key,
          matcher: { on_no_match: { action: { name: 'route', typed_config: route } } },
          idle_timeout: `${edge.streams.idle}s`,
          access_log: renderAccessLog(edge.streams.accessLog, 'UDP'),
        }),
      },
    ],
  };
}
