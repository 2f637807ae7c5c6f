import type { Messages } from '../../proto/gen/messages.ts';

type VirtualHost = Messages['envoy.config.route.v3.VirtualHost'];

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
export function findHost(
  { virtual_hosts: hosts = [], ignore_port_in_host_matching: ignorePort = false }: Messages['envoy.config.route.v3.RouteConfiguration'],
  authority: string,
): FoundHost | undefined {
  const name = (ignorePort ? withoutPort(authority) : authority).toLowerCase();
  let best: (FoundHost & { readonly rank: number }) | undefined;
  for (const host of hosts) {
    for (const domain of host.domains ?? []) {
      const rank = rankOf(domain.toLowerCase(), name);
      if (rank !== undefined && (best === undefined || rank > best.rank)) best = { host, domain, rank };
    }
  }
  return best && { host: best.host, domain: best.domain };
}

const exactRank = 30_000;
const suffixRank = 20_000;
const prefixRank = 10_000;

/** The more, the better; undefined where it does not match. A domain has at most 255 characters. */
function rankOf(domain: string, name: string): number | undefined {
  if (domain === '*') return 0;
  if (domain.startsWith('*'))
    return name.length > domain.length - 1 && name.endsWith(domain.slice(1)) ? suffixRank + domain.length : undefined;
  if (domain.endsWith('*'))
    return name.length > domain.length - 1 && name.startsWith(domain.slice(0, -1)) ? prefixRank + domain.length : undefined;
  return domain === name ? exactRank : undefined;
}

/** `[::1]:80` keeps its brackets. */
function withoutPort(authority: string): string {
  return authority.replace(/:\d*$/, '');
}
