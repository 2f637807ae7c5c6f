import type { ReachableAt } from '../kube/objects.ts';
import { sameAddresses } from './addresses.ts';

/**
 * `always`: the addresses are what we say. `ifEmpty`: only where nobody has written any, for the time in which another
 * controller serves the same Ingresses. `never`: not at all.
 */
export type PublishPolicy = 'never' | 'ifEmpty' | 'always';

/** Everything that decides whether the addresses are written into an Ingress now. */
export interface StatusCase {
  readonly policy: PublishPolicy;
  /** What the Ingress says now, as far as we have heard. */
  readonly current: readonly ReachableAt[];
  /** What it should say. */
  readonly addresses: readonly ReachableAt[];
  /** The snapshot in which its configuration last became what it is; absent: it is not ours. */
  readonly since?: number | undefined;
  /** Every connected Envoy runs this snapshot or a newer one; 0 while there is none. */
  readonly accepted: number;
  /** What we have written last, and how long ago. */
  readonly written?: { readonly addresses: readonly ReachableAt[]; readonly agoMs: number } | undefined;
}

/**
 * After a write the watch takes a moment to tell of it. And if somebody else overwrites what we wrote, the two of us should
 * not do so as fast as we can: https://github.com/kubernetes/ingress-nginx/issues/13532 has records of a DNS that flap.
 */
export const rewriteAfterMs = 30_000;

/**
 * - `none`: there is nothing to write. What is there stays, also when the Ingress is not ours any more and when no address
 *   is known: an empty list makes external-dns delete records.
 * - `wait`: there is, but not before its configuration is live everywhere, or so soon after the last time.
 */
export function decideStatus({ policy, current, addresses, since, accepted, written }: StatusCase): 'none' | 'wait' | 'write' {
  if (since === undefined || addresses.length === 0 || sameAddresses(current, addresses)) return 'none';
  if (policy === 'never' || (policy === 'ifEmpty' && current.length > 0)) return 'none';
  if (accepted < since) return 'wait';
  if (written !== undefined && written.agoMs < rewriteAfterMs && sameAddresses(written.addresses, addresses)) return 'wait';
  return 'write';
}
