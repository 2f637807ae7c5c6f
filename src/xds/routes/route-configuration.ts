import { anyHost, hostKey } from '../../model/virtual-host.ts';
import { encode } from '../../proto/codec.ts';
import type { Resource } from '../../snapshot/resource.ts';
import type { Key } from '../../store/table.ts';
import { chainHeader } from '../scopes/chain-header.ts';
import { encodedField } from '../encoded-field.ts';
import { resourceOf } from '../make-resource.ts';
import { type EncodedVirtualHost, nobody } from './virtual-host.ts';

/** Number of `RouteConfiguration.virtual_hosts`. */
const virtualHostsField = 2;

/** The routes of a listener of its own, put together from virtual hosts that are encoded already. */
export function renderRouteConfiguration(name: string, hosts: ReadonlyMap<Key, EncodedVirtualHost>): Resource {
  // The port that a client wrote into Host does not matter for the choice of a host, and the backend sees it as written.
  const head = encode('envoy.config.route.v3.RouteConfiguration', {
    name,
    ignore_port_in_host_matching: true,
    request_headers_to_remove: [chainHeader],
  });
  const sorted = [...hosts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, host]) => host);
  const clusters = new Set(sorted.flatMap((host) => host.clusters));
  const all = [...sorted.map(({ bytes }) => bytes), ...(hosts.has(hostKey(anyHost, name)) ? [] : [nobody])];
  return resourceOf('routes', Buffer.concat([head, ...all.flatMap((bytes) => encodedField(virtualHostsField, bytes))]), {
    name,
    references: [...clusters].sort().map((cluster) => ({ type: 'clusters', name: cluster })),
    sources: sorted.flatMap(({ sources }) => sources),
  });
}
