import { type LookupOptions, lookup } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';

/** Where no authentication service is: link-local addresses, at which clouds have their metadata, and the metadata services that have others. */
const never = new BlockList();
never.addSubnet('169.254.0.0', 16, 'ipv4');
never.addSubnet('fe80::', 10, 'ipv6');
never.addSubnet('0.0.0.0', 8, 'ipv4');
for (const address of ['100.100.100.200', '168.63.129.16', '192.0.0.192']) never.addAddress(address, 'ipv4');
never.addAddress('fd00:ec2::254', 'ipv6');
never.addAddress('::', 'ipv6');

/** The machine itself: what listens there trusts whoever is on it, and the Envoy's admin interface may be there. */
const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether a service at this IP address may be asked. */
export function mayAsk(address: string, allowLoopback: boolean): boolean {
  const type = isIP(address) === 4 ? 'ipv4' : 'ipv6';
  return !never.check(address, type) && (allowLoopback || !loopback.check(address, type));
}

/** Looks a name up, and knows nothing of addresses that may not be asked: what a name resolves to is up to whoever owns it. */
export function guardedLookup(allowLoopback: boolean): LookupFunction {
  return (hostname, options: LookupOptions, done) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) return done(error, '', 0);
      const allowed = found.filter(({ address }) => mayAsk(address, allowLoopback));
      const [first] = allowed;
      if (first === undefined) return done(new Error(`${hostname} has no address that may be asked`), '', 0);
      if (options.all === true) return done(null, allowed);
      done(null, first.address, first.family);
    });
  };
}
