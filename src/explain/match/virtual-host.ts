import type { Messages } from '../../proto/gen/messages.ts';

type VirtualHost = Messages['envoy.config.route.v3.VirtualHost'];
type RouteConfiguration = Messages['envoy.config.route.v3.RouteConfiguration'];

/** A virtual host and the one of its domains that a request's host matched. */
export interface FoundHost {
  readonly host: VirtualHost;
  readonly domain: string;
}

/**
 * The virtual host for what a client wrote into Host: an exact domain before `*.example.com`, the longest of these before
 * `example.*`, these before `*`. Upper case counts as lower case.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/api-v3/config/route/v3/route_components.proto#config-route-v3-virtualhost
 */
export function findHost(routes: RouteConfiguration, authority: string): FoundHost | undefined {
  const name = (routes.ignore_port_in_host_matching === true ? withoutPort(authority) : authority).toLowerCase();
  const domains = domainsOf(routes);
  for (const domain of domainsFor(name)) {
    const found = domains.get(domain);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Every domain that matches a name, the best first. A `*` stands for at least one character. */
function* domainsFor(name: string): IterableIterator<string> {
  yield name;
  for (let at = 1; at < name.length; at++) yield `*${name.slice(at)}`;
  for (let end = name.length - 1; end > 0; end--) yield `${name.slice(0, end)}*`;
  yield '*';
}

const known = new WeakMap<RouteConfiguration, ReadonlyMap<string, FoundHost>>();

/** In lower case; each belongs to one host. */
function domainsOf(routes: RouteConfiguration): ReadonlyMap<string, FoundHost> {
  const before = known.get(routes);
  if (before !== undefined) return before;
  const all = (routes.virtual_hosts ?? []).flatMap((host) =>
    (host.domains ?? []).map((domain) => [domain.toLowerCase(), { host, domain }] as const),
  );
  const domains = new Map(all);
  known.set(routes, domains);
  return domains;
}

/** `[::1]:80` keeps its brackets. */
function withoutPort(authority: string): string {
  return authority.replace(/:\d*$/, '');
}
