import { isIP } from 'node:net';
import type { Endpoint, Upstream } from '../../model/upstream.ts';
import { type Checked, objected, quoted } from './objection.ts';

/**
 * EDS takes no names, and of one bad address the whole response suffers. A zone (`fe80::1%eth0`) is refused wherever
 * there is no such interface. Port 0 is taken, but nobody can connect to it.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/api-v3/config/core/v3/address.proto#config-core-v3-socketaddress
 */
function isUsable({ also, ...first }: Endpoint): boolean {
  return isReachable(first) && (also === undefined || isReachable(also));
}

function isReachable({ address, port }: Pick<Endpoint, 'address' | 'port'>): boolean {
  return Number.isInteger(port) && port >= 1 && port <= 65_535 && isIP(address) !== 0 && !address.includes('%');
}

const told = 3;

/** Undefined: all of them will do. The others are served without those that will not. */
export function checkEndpoints(
  endpoints: readonly Endpoint[],
  upstream: () => Upstream | undefined,
): Checked<readonly Endpoint[]> | undefined {
  const bad = endpoints.filter((endpoint) => !isUsable(endpoint));
  if (bad.length === 0) return undefined;
  const value = endpoints.filter(isUsable);
  const { key = '', sources = [] } = upstream() ?? {};
  const names = bad.slice(0, told).map(({ address, port }) => `${quoted(address)} port ${port}`);
  const more = bad.length > told ? ` and ${bad.length - told} more` : '';
  const objection = {
    code: 'NR714',
    message: `Envoy would refuse endpoints of ${key}: ${names.join(', ')}${more}.`,
    fix: 'Endpoints are IPv4 or IPv6 addresses with ports from 1 to 65535: correct the EndpointSlice.',
  } as const;
  const done = value.length === 0 ? 'There is no other endpoint: requests are answered with 503.' : 'Requests go to the other endpoints.';
  return { value, problems: [objected(objection, sources[0], `endpoints of ${key}`, done)] };
}
