import type { Key } from '../store/table.ts';
import { encode } from '../proto/codec.ts';
import type { Resource } from '../snapshot/resource.ts';
import { resourceOf } from './make-resource.ts';
import { chainHeader } from './chain-header.ts';
import type { EncodedVirtualHost } from './virtual-host.ts';

/** The route configuration that all listeners use. */
export const routeConfigurationName = 'ingress';

/** Tag of `RouteConfiguration.virtual_hosts`: field 2, length-delimited. */
const virtualHostsTag = 0x12;

/**
 * Joins virtual hosts that are encoded already. An encoded message is the concatenation of its encoded fields
 * (https://protobuf.dev/programming-guides/encoding/#last-one-wins), so one changed host costs one encoding.
 */
export function renderRouteConfiguration(hosts: ReadonlyMap<Key, EncodedVirtualHost>): Resource {
  // The port that a client wrote into Host does not matter for the choice of a host, and the backend sees it as written.
  const head = encode('envoy.config.route.v3.RouteConfiguration', {
    name: routeConfigurationName,
    ignore_port_in_host_matching: true,
    request_headers_to_remove: [chainHeader],
  });
  const sorted = [...hosts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, host]) => host);
  const parts = sorted.flatMap(({ bytes }) => [fieldHeader(bytes.length), bytes]);
  const clusters = new Set(sorted.flatMap((host) => host.clusters));
  return resourceOf('routes', Buffer.concat([head, ...parts]), {
    name: routeConfigurationName,
    references: [...clusters].sort().map((name) => ({ type: 'clusters', name })),
    sources: sorted.flatMap(({ sources }) => sources),
  });
}

function fieldHeader(length: number): Buffer {
  const header = [virtualHostsTag];
  let rest = length;
  while (rest > 0x7f) {
    header.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  header.push(rest);
  return Buffer.from(header);
}
