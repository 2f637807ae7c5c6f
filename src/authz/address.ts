import { BlockList, isIP } from 'node:net';
import type { AddressRules } from '../model/route-policy.ts';

interface Lists {
  readonly allow: BlockList | undefined;
  readonly deny: BlockList;
}

const known = new WeakMap<AddressRules, Lists>();

/**
 * Whether a client at `address` passes for its address alone: only who is let in by name does, as with nginx's `satisfy any`.
 * One whose address nobody knows does not.
 */
export function mayPass(rules: AddressRules, address: string | undefined): boolean {
  const family = address === undefined ? 0 : isIP(address);
  if (address === undefined || family === 0) return false;
  const { allow, deny } = listsOf(rules);
  const type = family === 4 ? 'ipv4' : 'ipv6';
  return allow !== undefined && allow.check(address, type) && !deny.check(address, type);
}

/** Networks of a route, which says the same with every request. */
const exemptions = new Map<string, BlockList>();

/** Whether an address is in one of these; one that nobody knows is in none. */
export function isInNetworks(networks: readonly string[], address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  const key = networks.join();
  const list = exemptions.get(key) ?? listOf(networks);
  if (exemptions.size >= 10_000) exemptions.clear();
  exemptions.set(key, list);
  return list.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

function listsOf(rules: AddressRules): Lists {
  const found = known.get(rules);
  if (found !== undefined) return found;
  const lists = { allow: rules.allow && listOf(rules.allow), deny: listOf(rules.deny ?? []) };
  known.set(rules, lists);
  return lists;
}

function listOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', bits = '0'] = network.split('/');
    list.addSubnet(address, Number(bits), isIP(address) === 4 ? 'ipv4' : 'ipv6');
  }
  return list;
}
