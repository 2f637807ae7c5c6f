import { isIP, isIPv4 } from 'node:net';

/** Whether a server bound to this host can be reached from this machine only. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/**
 * Whether a Host header may name a server on loopback. A page from anywhere can have its own name resolve to 127.0.0.1 and
 * then read what is served there, as the same origin (DNS rebinding); it cannot do so with an address, or with a name
 * that is not its own.
 */
export function isTrustedHost(header: string | undefined): boolean {
  const host = /^(?:\[(?<v6>[^\]]*)\]|(?<name>[^:]*))(?::\d*)?$/.exec(header ?? '')?.groups;
  if (host === undefined) return false;
  if (host['v6'] !== undefined) return isIP(host['v6']) === 6;
  const name = (host['name'] ?? '').toLowerCase().replace(/\.$/, '');
  if (isIPv4(name) || name === 'localhost') return true;
  return ['.localhost', '.svc', '.svc.cluster.local'].some((suffix) => name.endsWith(suffix));
}
