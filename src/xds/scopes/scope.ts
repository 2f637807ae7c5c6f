import { hash } from 'node:crypto';
import { anyHost, hostKey, hostnameOf, isExact, listenerOf } from '../../model/virtual-host.ts';
import { byDefault } from '../../model/source.ts';
import { encode } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import type { Resource } from '../../snapshot/resource.ts';
import type { Key } from '../../store/table.ts';
import { chainHeader } from './chain-header.ts';
import { encodedField, fieldHead } from '../encoded-field.ts';
import { resourceOf } from '../make-resource.ts';
import { otherHosts, withoutOtherHosts } from './other-hosts.ts';
import { scopeHeader, scopeKey } from './scope-header.ts';
import { type EncodedVirtualHost, nobody } from '../routes/virtual-host.ts';

/** Number of `RouteConfiguration.virtual_hosts`. */
const virtualHostsField = 2;
/** Number of `ScopedRouteConfiguration.route_configuration`. */
const routeConfigurationField = 5;

const common = {
  // The port that a client wrote into Host does not matter for the choice of a host, and the backend sees it as written.
  ignore_port_in_host_matching: true,
  request_headers_to_remove: [chainHeader, scopeHeader],
} as const;

/**
 * Of a Gateway's backends some share may be for one that does not exist, on purpose: requests for a cluster that is not there are answered.
 * Envoy would refuse the scope.
 */
function ofListener(listener: string | undefined): Messages['envoy.config.route.v3.RouteConfiguration'] {
  return listener === undefined ? {} : { validate_clusters: false };
}

/**
 * The name of the scope that the routes of the virtual host with this key are in. That of an exact host is the key itself, or, at the edge,
 * where most hosts are, something shorter: `checko{_jD3as1OKUvhDq}` for `checkout.shop.example.com`.
 */
export function scopeOf(host: Key): string {
  if (!isExact(hostnameOf(host))) return scopeOfOthers(listenerOf(host));
  return host.length > longest && listenerOf(host) === undefined ? shortened(host) : host;
}

/**
 * With each change of a scope Envoy copies the names of all. One of so many bytes is copied with the string that it is, a longer one takes memory
 * of its own: with 20,000 scopes that is 10 of 13 ms for a change. https://github.com/envoyproxy/envoy/blob/v1.40.0/source/common/router/scoped_rds.cc
 */
const longest = 22;

/** No hostname has a brace in it. */
function shortened(host: Key): string {
  return `${host.slice(0, 6)}{${hash('sha256', host, 'base64url').slice(0, 14)}}`;
}

/** The key of the virtual host that a scope of one exact host is for. It is read where its name does not say it. */
export function hostOfScope(name: string, read: () => Messages['envoy.config.route.v3.ScopedRouteConfiguration'] | undefined): Key {
  return name.endsWith('}') ? (read()?.route_configuration?.name ?? name) : name;
}

/** `listener`: absent for the edge. */
export function scopeOfOthers(listener?: string): string {
  return hostKey(otherHosts, listener);
}

/** Whether a scope is that of one exact host. */
export function isOfOneHost(scope: string): boolean {
  return hostnameOf(scope) !== otherHosts;
}

const alike = new Map<boolean, Buffer>();

/** What the route tables of all exact hosts at the edge, or at other listeners, have alike, encoded once. */
function alikeAt(listener: string | undefined): Buffer {
  const known = alike.get(listener === undefined);
  if (known !== undefined) return known;
  const all = { ...common, ...ofListener(listener), typed_per_filter_config: withoutOtherHosts };
  const bytes = encode('envoy.config.route.v3.RouteConfiguration', all);
  alike.set(listener === undefined, bytes);
  return bytes;
}

/** The scope of one exact host: Envoy takes a change of it by itself, whatever number of hosts there is. */
export function renderHostScope(key: Key, host: EncodedVirtualHost): Resource {
  const name = encode('envoy.config.route.v3.RouteConfiguration', { name: key });
  return renderScope(key, [name, alikeAt(listenerOf(key))], [host]);
}

/**
 * Wildcards and the host for everything else: which of them takes a request is found as in any route table. At a listener of its own no
 * request is ever without a route, so that there is a host for everything else, even if nobody asks for one.
 */
export function renderOtherHosts(hosts: ReadonlyMap<Key, EncodedVirtualHost>, listener?: string): Resource {
  const name = scopeOfOthers(listener);
  const head = encode('envoy.config.route.v3.RouteConfiguration', { ...common, ...ofListener(listener), name });
  const sorted = [...hosts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, host]) => host);
  const whole = listener === undefined || hosts.has(hostKey(anyHost, listener));
  return renderScope(name, [head], whole ? sorted : [...sorted, { bytes: nobody, clusters: [], sources: [] }]);
}

/** Joins virtual hosts that are encoded already. `key`: of the only one, or what stands for the others. */
function renderScope(key: Key, head: readonly Buffer[], hosts: readonly EncodedVirtualHost[]): Resource {
  const routes = [...head, ...hosts.flatMap(({ bytes }) => encodedField(virtualHostsField, bytes))];
  const name = scopeOf(key);
  const listener = listenerOf(key);
  const string_key = scopeKey(hostnameOf(key), listener);
  const scope = encode('envoy.config.route.v3.ScopedRouteConfiguration', { name, key: { fragments: [{ string_key }] } });
  const clusters = new Set(hosts.flatMap((host) => host.clusters));
  const sources = hosts.flatMap((host) => host.sources);
  return resourceOf('scopes', Buffer.concat([scope, fieldHead(routeConfigurationField, lengthOf(routes)), ...routes]), {
    name,
    references: [...clusters].sort().map((cluster) => ({ type: 'clusters', name: cluster })),
    ...(listener === undefined ? {} : { usedBy: { type: 'listeners', name: listener } }),
    sources: sources.length === 0 ? [byDefault] : sources,
  });
}

function lengthOf(parts: readonly Buffer[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}
