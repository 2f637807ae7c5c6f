import type { Service } from '../kube/objects.ts';
import type { Key } from '../store/table.ts';
import type { AddressRow } from './addresses.ts';
import { holdsNot } from './condition.ts';
import type { GatewayRow } from './gateway-row.ts';
import { gatewayOfService } from './infrastructure.ts';

/** A Gateway with a Service of its own is where this is: whoever balances loads says it there. `place`: what the Envoys bind. */
export function serviceAddresses(
  { key, spec }: Pick<GatewayRow, 'key' | 'spec'>,
  place: AddressRow,
  name: Key,
  service: Service | undefined,
): AddressRow {
  const odd = spec.addresses.find(({ type }) => type !== 'IPAddress');
  if (odd !== undefined)
    return {
      ...place,
      bind: [],
      shown: [],
      accepted: holdsNot('Accepted', 'UnsupportedAddress', `Addresses of type ${odd.type} are not supported: write IPAddress.`),
    };
  // Somebody else's of that name leads elsewhere.
  const entries = service !== undefined && gatewayOfService(service) === key ? (service.status?.loadBalancer.ingress ?? []) : [];
  const shown = entries.flatMap(({ ip, hostname }) => ip ?? hostname ?? []);
  const wanted = spec.addresses.flatMap(({ value }) => value ?? []);
  const missing = wanted.find((address) => !shown.includes(address));
  if (shown.length > 0 && missing !== undefined)
    return {
      ...place,
      shown,
      programmed: holdsNot('Programmed', 'AddressNotUsable', `Service ${name} has not got the address ${missing}.`),
    };
  if (shown.length > 0) return { ...place, shown };
  const none = holdsNot('Programmed', 'AddressNotAssigned', `Service ${name} has no address of a load balancer yet.`);
  return { ...place, shown, programmed: { ...none, awaited: true } };
}
