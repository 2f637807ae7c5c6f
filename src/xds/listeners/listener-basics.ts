import type { EdgeSettings } from '../../model/edge.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import type { ListenerSettings } from '../options.ts';

type Listener = Messages['envoy.config.listener.v3.Listener'];

/** What all listeners have: name, addresses, limits. */
export function listenerBasics(name: string, { listen, edge }: ListenerSettings, port: number, protocol: 'TCP' | 'UDP' = 'TCP'): Listener {
  const [first = ownAddress(listen.address, edge.connections), ...more] = edge.connections.addresses;
  const bound = (address: string) => ({
    address: { socket_address: { address, port_value: port, ...(protocol === 'UDP' ? { protocol } : {}) } },
  });
  const addresses = {
    ...bound(first),
    ...(more.length === 0 ? {} : { additional_addresses: more.map(bound) }),
    // Each Envoy of a fleet may have another of the addresses, or none: it would refuse to listen at all.
    ...(edge.connections.addresses.length === 0 ? {} : { freebind: true }),
  };
  if (protocol === 'UDP') return { name, ...addresses };
  return {
    name,
    ...addresses,
    per_connection_buffer_limit_bytes: 32_768,
    listener_filters_timeout: `${Math.max(edge.connections.start, 1)}s`,
    max_connections_to_accept_per_socket_event: 1,
  };
}

function ownAddress(address: string, { ipv4Only }: EdgeSettings['connections']): string {
  return ipv4Only && address === '::' ? '0.0.0.0' : address;
}
