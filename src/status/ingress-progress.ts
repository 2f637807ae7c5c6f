import type { Changes, Key, Table } from '../store/table.ts';

export interface IngressTables {
  readonly ingresses: Table<{ readonly selected: boolean }>;
  /** Hostname → keys of the Ingresses that speak of it. */
  readonly hosts: Table<readonly Key[]>;
  /** What Envoys get of a host, by hostname. */
  readonly ofHosts: readonly Table<unknown>[];
}

/**
 * In which snapshot the configuration of each Ingress that is ours last became what it is. An Envoy that runs this snapshot,
 * or any after it, serves the Ingress as it is written now.
 */
export class IngressProgress {
  readonly #tables: IngressTables;
  readonly #since = new Map<Key, number>();

  constructor(tables: IngressTables) {
    this.#tables = tables;
  }

  /** Absent for an Ingress that is not ours. */
  since(ingress: Key): number | undefined {
    return this.#since.get(ingress);
  }

  /** All Ingresses that are ours. */
  keys(): Iterable<Key> {
    return this.#since.keys();
  }

  /** Follows a pass whose outcome is in the snapshot with this number. Returns the Ingresses that it was about. */
  refresh(changes: Changes, snapshot: number): ReadonlySet<Key> {
    const { ingresses, hosts, ofHosts } = this.#tables;
    const touched = new Set<Key>(changes.get(ingresses));
    for (const table of ofHosts) {
      for (const host of changes.get(table) ?? []) for (const ingress of hosts.get(host) ?? []) touched.add(ingress);
    }
    for (const ingress of touched) {
      if (ingresses.get(ingress)?.selected === true) this.#since.set(ingress, snapshot);
      else this.#since.delete(ingress);
    }
    return touched;
  }
}
