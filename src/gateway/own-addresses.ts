import { objectKey } from '../kube/event.ts';
import type { Service } from '../kube/objects.ts';
import type { Key } from '../store/table.ts';
import type { AddressRow } from './addresses.ts';
import { holdsNot } from './condition.ts';
import type { GatewayRow } from './gateway-row.ts';
import { infrastructureName } from './infrastructure.ts';

/** A Gateway with Envoys of its own is where its Service is: whoever balances loads says it there. `bind`: what the Envoys bind in their pods. */
export function ownAddresses(
  { metadata, spec, fleet }: Pick<GatewayRow, 'metadata' | 'spec' | 'fleet'>,
  bind: string,
  service: (key: Key) => Service | undefined,
): AddressRow {
  const place = { bind: [bind], ...(fleet === undefined ? {} : { fleet }) };
  const odd = spec.addresses.find(({ type }) => type !== 'IPAddress');
  if (odd !== undefined)
    return {
      ...place,
      bind: [],
      shown: [],
      accepted: holdsNot('Accepted', 'UnsupportedAddress', `Addresses of type ${odd.type} are not supported: write IPAddress.`),
    };
  const name = infrastructureName({ metadata, spec });
  const entries = service(objectKey(metadata.namespace, name))?.status?.loadBalancer.ingress ?? [];
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
  return {
    ...place,
    shown,
    programmed: holdsNot('Programmed', 'AddressNotAssigned', `Service ${name} has no address of a load balancer yet.`),
  };
}
