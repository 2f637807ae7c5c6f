import { setImmediate as nextTurn } from 'node:timers/promises';
import { type CertificateRow, listCertificates } from '../explain/inventory/certificates.ts';
import { type Graph, graphOf } from '../explain/inventory/graph.ts';
import type { Listed, Resources } from '../explain/inventory/resources.ts';
import type { TypeName } from '../snapshot/resource.ts';
import { resourceMessage } from './resource-messages.ts';
import type { FleetView } from './view.ts';

/** How many are decoded before Envoys get their turn. */
const atOnce = 100;

/** The certificates that the Envoys of some fleets show, or those that one host gets; no keys. */
export async function certificatesOf(fleets: readonly FleetView[], host: string | undefined) {
  const rows: (CertificateRow & { readonly fleet: string })[] = [];
  for (const fleet of fleets) {
    for (const row of listCertificates(await decoded(fleet, ['secrets', 'listeners'])))
      if (host === undefined || row.usedFor.includes(host)) rows.push({ fleet: fleet.name, ...row });
  }
  return rows.toSorted((a, b) => (`${a.fleet} ${a.name}` < `${b.fleet} ${b.name}` ? -1 : 1));
}

/** The ways that requests go in a fleet, or those of one host. */
export async function graphOfFleet(fleet: FleetView, host: string | undefined): Promise<Graph> {
  return graphOf(await decoded(fleet, ['scopes', 'routes', 'clusters', 'endpoints', 'listeners']), host);
}

async function decoded({ current }: FleetView, types: readonly TypeName[]): Promise<Resources> {
  const read: Partial<Record<TypeName, Listed<unknown>[]>> = {};
  for (const type of types) {
    const list: Listed<unknown>[] = [];
    for (const resource of current?.resources[type].values() ?? []) {
      const { name, version, sources } = resource;
      list.push({ name, version, sources, resource: resourceMessage(resource) });
      if (list.length % atOnce === 0) await nextTurn();
    }
    read[type] = list;
  }
  return read as Resources;
}
