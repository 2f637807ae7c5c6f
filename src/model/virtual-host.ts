import type { Route } from './route.ts';

/** The virtual host that takes requests which no other hostname matches. */
export const anyHost = '*';

/** Whether a host is neither a wildcard nor the one for everything else. */
export function isExact(hostname: string): boolean {
  return hostname !== anyHost && !hostname.startsWith('*.');
}

/** Everything served under one hostname, whatever number of objects it came from. The unit of recomputation. */
export interface VirtualHost {
  /** Lower case: `shop.example.com`, `*.example.com` (exactly one label), or `*`. */
  readonly hostname: string;
  /** In the order in which they are tried: the first that matches wins. */
  readonly routes: readonly Route[];
  /** What requests get that no route matches; absent: the fallback of the any-host, or 404. */
  readonly fallback?: Route;
  /** Key of the upstream that gets TLS connections for this name as they are; absent: TLS ends at the proxy. */
  readonly passthrough?: string;
}
