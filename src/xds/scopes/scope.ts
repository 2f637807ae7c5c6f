import { isExact } from '../../model/virtual-host.ts';
import { encode } from '../../proto/codec.ts';
import type { Resource } from '../../snapshot/resource.ts';
import type { Key } from '../../store/table.ts';
import { chainHeader } from './chain-header.ts';
import { encodedField } from '../encoded-field.ts';
import { resourceOf } from '../make-resource.ts';
import { otherHosts, withoutOtherHosts } from './other-hosts.ts';
import { scopeHeader } from './scope-header.ts';
import type { EncodedVirtualHost } from '../routes/virtual-host.ts';

/** Number of `RouteConfiguration.virtual_hosts`. */
const virtualHostsField = 2;
/** Number of `ScopedRouteConfiguration.route_configuration`. */
const routeConfigurationField = 5;

const common = {
  // The port that a client wrote into Host does not matter for the choice of a host, and the backend sees it as written.
  ignore_port_in_host_matching: true,
  request_headers_to_remove: [chainHeader, scopeHeader],
} as const;

/** The name of the scope that a host's routes are in. */
export function scopeOf(hostname: string): string {
  return isExact(hostname) ? hostname : otherHosts;
}

/** The scope of one exact host: Envoy takes a change of it by itself, whatever number of hosts there is. */
export function renderHostScope(hostname: string, host: EncodedVirtualHost): Resource {
  const head = encode('envoy.config.route.v3.RouteConfiguration', {
    ...common,
    name: hostname,
    typed_per_filter_config: withoutOtherHosts,
  });
  return renderScope(hostname, head, [host]);
}

/** Wildcards and the host for everything else: which of them takes a request is found as in any route table. */
export function renderOtherHosts(hosts: ReadonlyMap<Key, EncodedVirtualHost>): Resource {
  const head = encode('envoy.config.route.v3.RouteConfiguration', { ...common, name: otherHosts });
  const sorted = [...hosts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, host]) => host);
  return renderScope(otherHosts, head, sorted);
}

/** Joins virtual hosts that are encoded already. A scope is called by its key. */
function renderScope(name: string, head: Buffer, hosts: readonly EncodedVirtualHost[]): Resource {
  const routes = Buffer.concat([head, ...hosts.flatMap(({ bytes }) => encodedField(virtualHostsField, bytes))]);
  const scope = encode('envoy.config.route.v3.ScopedRouteConfiguration', { name, key: { fragments: [{ string_key: name }] } });
  const clusters = new Set(hosts.flatMap((host) => host.clusters));
  return resourceOf('scopes', Buffer.concat([scope, ...encodedField(routeConfigurationField, routes)]), {
    name,
    references: [...clusters].sort().map((cluster) => ({ type: 'clusters', name: cluster })),
    sources: hosts.flatMap(({ sources }) => sources),
  });
}
