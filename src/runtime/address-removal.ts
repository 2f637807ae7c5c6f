import { setTimeout as delay } from 'node:timers/promises';
import type { Key } from '../store/table.ts';

export interface AddressRemovalOptions {
  /** Who holds the lease that this replica has given back; empty: nobody. Absent: there is none. */
  readonly holder?: (() => Promise<string>) | undefined;
  /** So long another replica may take to begin. */
  readonly handOverMs: number;
  /** The Ingresses that have the addresses that this replica wrote. */
  readonly ingresses: readonly Key[];
  readonly empty: (ingress: Key) => Promise<void>;
}

const pauseMs = 200;
const atOnce = 10;

/**
 * Takes the addresses away when nobody is left who serves, as ingress-nginx does when its last pod stops
 * (`internal/ingress/status/status.go`, Shutdown). With how many of them it did.
 */
export async function removeAddresses({ holder, handOverMs, ingresses, empty }: AddressRemovalOptions): Promise<number> {
  if (holder !== undefined && (await isTakenOver(holder, handOverMs))) return 0;
  const waiting = [...ingresses];
  const work = async (): Promise<void> => {
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) await empty(next);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return ingresses.length;
}

async function isTakenOver(holder: () => Promise<string>, withinMs: number): Promise<boolean> {
  const end = performance.now() + withinMs;
  while (performance.now() < end) {
    if ((await holder()) !== '') return true;
    await delay(pauseMs);
  }
  return false;
}
