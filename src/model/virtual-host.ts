import type { Route } from './route.ts';

/** The virtual host that takes requests which no other hostname matches. */
export const anyHost = '*';

/** Whether a host is neither a wildcard nor the one for everything else. */
export function isExact(hostname: string): boolean {
  return hostname !== anyHost && !hostname.startsWith('*.');
}

/** Everything served under one hostname, whatever number of objects it came from. The unit of recomputation. */
export interface VirtualHost {
  /** Lower case: `shop.example.com`, `*.example.com` (exactly one label; at a listener of its own one or more), or `*`. */
  readonly hostname: string;
  /** In the order in which they are tried: the first that matches wins. */
  readonly routes: readonly Route[];
  /** Key of the listener at which it is served; absent: the edge. */
  readonly listener?: string;
  /** The chain of that listener over which alone it may be asked for; whoever asks over another one is sent back. */
  readonly chain?: string;
  /** What requests get that no route matches; absent: the fallback of the any-host, or 404. */
  readonly fallback?: Route;
  /** Key of the upstream that gets TLS connections for this name as they are; absent: TLS ends at the proxy. */
  readonly passthrough?: string;
}

/** The key of a virtual host: its hostname, and behind an `@` the listener where it has one. */
export function hostKey(hostname: string, listener: string | undefined): string {
  return listener === undefined ? hostname : `${hostname}@${listener}`;
}

export function hostnameOf(key: string): string {
  const at = key.indexOf('@');
  return at < 0 ? key : key.slice(0, at);
}

/** The listener of the virtual host with this key; undefined: the edge. */
export function listenerOf(key: string): string | undefined {
  const at = key.indexOf('@');
  return at < 0 ? undefined : key.slice(at + 1);
}
