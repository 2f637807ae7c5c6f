import type { Gateway } from '../kube/gateway-objects.ts';
import type { ConditionDraft } from '../kube/status-draft.ts';
import { oldestFirst } from '../ingress/age.ts';
import { objectKey } from '../kube/event.ts';
import type { Key } from '../store/table.ts';
import type { AddressPool } from './address-pool.ts';
import type { BalancedPorts } from './balanced-ports.ts';
import { holdsNot } from './condition.ts';

/** Where a Gateway is served. */
export interface AddressRow {
  /** What the Envoys bind; none: it is not served. */
  readonly bind: readonly string[];
  /** See `Listener.fleet`. */
  readonly fleet?: string;
  /** See `Place.ports`. */
  readonly ports?: BalancedPorts;
  /** What its status says; absent: where the Envoys are reached, as for Ingresses. */
  readonly shown?: readonly string[];
  /** Why it has no address, or not the one that it wants. */
  readonly accepted?: ConditionDraft;
  readonly programmed?: ConditionDraft;
}

/** Gives each Gateway an address of its own. What one has, by its status, it keeps; `gateways` may come in any order; `others`: addresses that are not for Gateways. */
export function allocate(gateways: readonly Gateway[], pool: AddressPool, others: readonly string[]): ReadonlyMap<Key, AddressRow> {
  const rows = new Map<Key, AddressRow>();
  const taken = new Set(others);
  const open: Gateway[] = [];
  const sorted = oldestFirst(gateways, 'kubernetes');
  for (const gateway of sorted) {
    const row = fixed(gateway, pool, taken);
    if (row !== undefined) rows.set(keyOf(gateway), row);
    else open.push(gateway);
  }
  const without: Gateway[] = [];
  for (const gateway of open) {
    const kept = addressesIn(gateway.status).find((address) => pool.has(address) && !taken.has(address));
    if (kept === undefined) without.push(gateway);
    else rows.set(keyOf(gateway), take([kept], taken));
  }
  for (const gateway of without) {
    const free = pool.free(taken);
    rows.set(keyOf(gateway), free === undefined ? exhausted : take([free], taken));
  }
  return rows;
}

/** The row of a Gateway that asks for addresses by itself. */
function fixed({ spec: { addresses } }: Gateway, pool: AddressPool, taken: Set<string>): AddressRow | undefined {
  const odd = addresses.find(({ type }) => type !== 'IPAddress');
  if (odd !== undefined)
    return {
      bind: [],
      shown: [],
      accepted: holdsNot('Accepted', 'UnsupportedAddress', `Addresses of type ${odd.type} are not supported: write IPAddress.`),
    };
  const wanted = addresses.flatMap(({ value }) => value ?? []);
  if (wanted.length === 0) return undefined;
  const unusable = wanted.find((address) => !pool.has(address) || taken.has(address));
  if (unusable === undefined) return take(wanted, taken);
  const why = pool.has(unusable) ? 'another Gateway has it' : 'it is not among those that Naru gives to Gateways';
  return { bind: [], shown: [], programmed: holdsNot('Programmed', 'AddressNotUsable', `The address ${unusable} cannot be used: ${why}.`) };
}

function take(addresses: readonly string[], taken: Set<string>): AddressRow {
  for (const address of addresses) taken.add(address);
  return { bind: addresses, shown: addresses };
}

const exhausted: AddressRow = {
  bind: [],
  shown: [],
  programmed: holdsNot('Programmed', 'AddressNotAssigned', 'All addresses of --gateway-address-pool are taken.'),
};

/** Whatever stands in the status: Naru or others wrote it. */
function addressesIn(status: Gateway['status']): readonly string[] {
  const addresses = status?.['addresses'];
  if (!Array.isArray(addresses)) return [];
  return addresses.flatMap((entry: unknown) => {
    const value: unknown = typeof entry === 'object' && entry !== null && 'value' in entry ? entry.value : undefined;
    return typeof value === 'string' ? [value] : [];
  });
}

function keyOf({ metadata: { namespace, name } }: Gateway): Key {
  return objectKey(namespace, name);
}
