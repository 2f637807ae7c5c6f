import { valueAt } from './read.ts';

/** Who wrote an object last, by what its `managedFields` say. */
export interface LastWrite {
  /** Such as `kubectl-client-side-apply` or `rollouts-controller`. */
  readonly manager: string;
  /** Milliseconds since the epoch; Kubernetes says it in whole seconds. */
  readonly at: number;
}

/** Few programs write many objects: their names are kept once. */
const names = new Map<string, string>();
const namesKept = 1000;
/** As whom Naru writes. */
export const ourselves = 'naru';

/**
 * Undefined for an object that does not say it. Of several that wrote in the same second it is one that wrote more than the status. The status
 * that Naru itself writes changes nothing for it.
 * https://kubernetes.io/docs/reference/using-api/server-side-apply/#field-management
 */
export function lastWriteOf(raw: unknown): LastWrite | undefined {
  const entries = valueAt(raw, ['metadata', 'managedFields']);
  if (!Array.isArray(entries)) return undefined;
  let newest: { readonly manager: string; readonly at: number; readonly rank: number } | undefined;
  for (const entry of entries as readonly unknown[]) {
    const [manager, time] = [valueAt(entry, ['manager']), valueAt(entry, ['time'])];
    const at = typeof time === 'string' ? Date.parse(time) : Number.NaN;
    if (typeof manager !== 'string' || manager === '' || Number.isNaN(at)) continue;
    const ofStatus = valueAt(entry, ['subresource']) !== undefined;
    if (ofStatus && manager === ourselves) continue;
    // Half a second: less than what times differ by.
    const rank = at + (ofStatus ? 0 : 500);
    if (newest === undefined || rank >= newest.rank) newest = { manager, at, rank };
  }
  return newest && { manager: keptOnce(newest.manager), at: newest.at };
}

function keptOnce(name: string): string {
  const known = names.get(name);
  if (known !== undefined) return known;
  if (names.size < namesKept) names.set(name, name);
  return name;
}
