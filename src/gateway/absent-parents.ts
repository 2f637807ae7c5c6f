import type { Gateway, ListenerSet } from '../kube/gateway-objects.ts';
import { problem, type Problem } from '../model/problem.ts';
import { DerivedTable } from '../store/derived-table.ts';
import { PrefixedTable } from '../store/prefixed-table.ts';
import type { FollowingTable, Key, Table } from '../store/table.ts';
import { UnionTable } from '../store/union-table.ts';
import type { World } from '../store/world.ts';
import { parentOf } from './attachment.ts';
import type { RouteObject } from './route-row.ts';

type Child = RouteObject | ListenerSet | Gateway;

interface Parent {
  readonly kind: 'GatewayClass' | 'Gateway' | 'ListenerSet';
  readonly key: Key;
  readonly field: string;
}

/** What routes, ListenerSets and Gateways name and is not there. No status tells of it: nobody knows whose the object is to be. */
export class AbsentParents {
  readonly tables: readonly FollowingTable<unknown>[];
  readonly reporting: Table<{ readonly problems: readonly Problem[] }>;

  constructor({ objects }: World, routes: Table<RouteObject>, onFailure: (row: Key, error: Error | undefined) => void) {
    const gateways = new PrefixedTable('Gateway ', objects.Gateway);
    const sets = new PrefixedTable('ListenerSet ', objects.ListenerSet);
    const children = new UnionTable<Child>('children', [routes, gateways, sets]);
    const rows = new DerivedTable<Child, { readonly problems: readonly Problem[] }>({
      name: 'absent parents',
      input: children,
      compute: (child, read) => {
        const absent = parentsOf(child).filter(({ kind, key }) => read.get<unknown>(objects[kind], key) === undefined);
        return absent.length === 0 ? undefined : { problems: absent.map((parent) => told(child, parent)) };
      },
      onFailure: (key, error) => onFailure(`absent parents of ${key}`, error),
    });
    this.reporting = rows;
    this.tables = [gateways, sets, children, rows];
  }
}

function parentsOf({ kind, metadata: { namespace }, spec }: Child): readonly Parent[] {
  if (kind === 'Gateway') return [{ kind: 'GatewayClass', key: spec.gatewayClassName, field: 'spec.gatewayClassName' }];
  const refs = kind === 'ListenerSet' ? [spec.parentRef] : spec.parentRefs;
  return refs.flatMap((ref, index): Parent[] => {
    const [parent, key = ''] = parentOf(ref, namespace)?.split(' ') ?? [];
    if (parent !== 'Gateway' && parent !== 'ListenerSet') return [];
    return [{ kind: parent, key, field: kind === 'ListenerSet' ? 'spec.parentRef.name' : `spec.parentRefs[${index}].name` }];
  });
}

function told({ kind: child, metadata: { namespace, name } }: Child, { kind, key, field }: Parent): Problem {
  return problem(
    'NR608',
    { kind: child, namespace, name, field },
    {
      message: `There is no ${kind} ${key}.`,
      done: child === 'Gateway' ? 'The Gateway is not served.' : 'It is not served there.',
      fix: `Create it, or name one that is there.`,
    },
  );
}
