import { scopeForPeople } from '../explain/scope-for-people.ts';
import type { TypeName } from '../snapshot/resource.ts';
import type { Change } from '../snapshot/snapshot.ts';
import { type Difference, differences } from './differences.ts';
import { resourceMessage } from './resource-messages.ts';

/** A resource that differs between two snapshots, for people; private keys redacted. */
export interface DescribedChange {
  readonly type: TypeName;
  readonly name: string;
  readonly verb: 'added' | 'removed' | 'changed';
  /** Empty for what was added or removed. */
  readonly fields: readonly Difference[];
}

export function describeChange({ type, before, after, name: own }: Change): DescribedChange {
  const there = after ?? before;
  const name = type === 'scopes' && there !== undefined ? scopeForPeople(there) : own;
  if (before === undefined) return { type, name, verb: 'added', fields: [] };
  if (after === undefined) return { type, name, verb: 'removed', fields: [] };
  return { type, name, verb: 'changed', fields: differences(resourceMessage(before), resourceMessage(after)) };
}
