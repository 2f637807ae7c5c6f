import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Resource, TypeName } from '../snapshot/resource.ts';
import { resourceMessage } from './resource-messages.ts';
import type { FleetView } from './view.ts';

/** How many are decoded before Envoys get their turn. */
const atOnce = 100;

export interface Wanted {
  readonly type: TypeName;
  readonly fleets: readonly FleetView[];
  /** All of them when undefined. */
  readonly name: string | undefined;
}

/** The JSON text of each resource that is wanted, with where it comes from. A snapshot does not change while it is read. */
export async function listResources({ type, fleets, name }: Wanted): Promise<readonly string[]> {
  const rows: string[] = [];
  for (const { name: fleet, current } of fleets) {
    const table = current?.resources[type];
    const found = name === undefined ? [...(table?.values() ?? [])].sort(byName) : [table?.get(name)].filter((one) => one !== undefined);
    for (const resource of found) {
      const { name: resourceName, version, sources } = resource;
      rows.push(JSON.stringify({ fleet, name: resourceName, version, sources, resource: resourceMessage(resource) }, null, 2));
      if (rows.length % atOnce === 0) await nextTurn();
    }
  }
  return rows;
}

function byName(a: Resource, b: Resource): number {
  return a.name < b.name ? -1 : 1;
}
