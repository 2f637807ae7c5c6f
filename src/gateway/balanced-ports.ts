import { createHash } from 'node:crypto';
import { oldestFirst } from '../ingress/age.ts';
import { objectKey } from '../kube/event.ts';
import type { Gateway } from '../kube/gateway-objects.ts';
import type { Key } from '../store/table.ts';
import { type GatewayRow, listenersOf } from './gateway-row.ts';

/** Both ends belong to it. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** `tcp/80` of a Gateway → the port that the shared Envoys bind for it. */
export type BalancedPorts = Readonly<Record<string, number>>;

export function portKey(transport: 'tcp' | 'udp', port: number): string {
  return `${transport}/${port}`;
}

/** Ports that one Gateway may have. */
export const blockSize = 16;

/**
 * The first port of the block that each Gateway has, found by its name; where two want the same one the older has it. So nothing that is
 * written in a Gateway, and no younger Gateway, moves the ports of another one. Those that find none are absent.
 */
export function allocateBlocks(gateways: readonly Pick<Gateway, 'metadata'>[], { first, last }: PortRange): ReadonlyMap<Key, number> {
  const count = Math.floor((last - first + 1) / blockSize);
  const taken = new Set<number>();
  const blocks = new Map<Key, number>();
  for (const { metadata } of oldestFirst(gateways, 'kubernetes')) {
    const key = objectKey(metadata.namespace, metadata.name);
    const block = probe(key, count, (at) => !taken.has(at));
    if (block === undefined) continue;
    taken.add(block);
    blocks.set(key, first + block * blockSize);
  }
  return blocks;
}

/** The ports of a Gateway in its block. Those that find no free one are absent. */
export function portsInBlock(
  row: GatewayRow,
  block: number,
  isFree: (port: number, transport: 'tcp' | 'udp') => boolean,
): { readonly ports: BalancedPorts; readonly missing: boolean } {
  const ports: Record<string, number> = {};
  const taken = new Set<number>();
  let missing = false;
  for (const { spec, accepted } of listenersOf(row)) {
    const transport = spec.protocol === 'UDP' ? 'udp' : 'tcp';
    const key = portKey(transport, spec.port);
    if (accepted.status !== 'True' || ports[key] !== undefined) continue;
    const slot = probe(key, blockSize, (at) => !taken.has(at) && isFree(block + at, transport));
    if (slot === undefined) missing = true;
    else {
      taken.add(slot);
      ports[key] = block + slot;
    }
  }
  return { ports, missing };
}

/** A number below `count`, from where the text hashes to onwards. */
function probe(text: string, count: number, suits: (at: number) => boolean): number | undefined {
  if (count === 0) return undefined;
  const start = createHash('sha256').update(text).digest().readUInt32BE() % count;
  for (let step = 0; step < count; step++) {
    const at = (start + step) % count;
    if (suits(at)) return at;
  }
  return undefined;
}

/** `20000-29999` */
export function readPortRange(text: string): PortRange | undefined {
  const [, first, last] = /^(\d{1,5})-(\d{1,5})$/.exec(text)?.map(Number) ?? [];
  if (first === undefined || last === undefined || first < 1024 || last > 65_535 || last - first + 1 < blockSize) return undefined;
  return { first, last };
}
