import { BlockList, isIP } from 'node:net';
import type { AddressRules } from '../model/route-policy.ts';

/** By the networks of a route: see `RouteReader`. */
const known = new WeakMap<readonly string[], BlockList>();

/**
 * Whether a client at `address` passes for its address alone: only who is let in by name does, as with nginx's `satisfy any`.
 * One whose address nobody knows does not.
 */
export function mayPass({ allow, deny }: AddressRules, address: string | undefined): boolean {
  if (address === undefined || allow === undefined || !isInNetworks(allow, address)) return false;
  return deny === undefined || !isInNetworks(deny, address);
}

/** Whether an address is in one of these; one that nobody knows is in none. */
export function isInNetworks(networks: readonly string[], address: string): boolean {
  const family = isIP(address);
  return family !== 0 && listOf(networks).check(address, family === 4 ? 'ipv4' : 'ipv6');
}

function listOf(networks: readonly string[]): BlockList {
  const found = known.get(networks);
  if (found !== undefined) return found;
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits = '0'] = network.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
  known.set(networks, list);
  return list;
}
