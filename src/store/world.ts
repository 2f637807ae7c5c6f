import { isDeepStrictEqual } from 'node:util';
import type { KubeEvent } from '../kube/event.ts';
import { objectKey } from '../kube/event.ts';
import type { LastWrite } from '../kube/last-write.ts';
import { kindNames } from '../kube/kinds.ts';
import type { KubeObjects, Kind } from '../kube/objects.ts';
import type { Problem } from '../model/problem.ts';
import { IndexTable } from './index-table.ts';
import { type Changes, type Key, SourceTable, type Table } from './table.ts';

/** EndpointSlices name their Service by this label. https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#ownership */
const serviceNameLabel = 'kubernetes.io/service-name';

/** All objects known at one moment. Complete once `synced`: nothing is derived from half a world. */
export class World {
  readonly objects = Object.fromEntries(kindNames.map((kind) => [kind, new SourceTable(kind)])) as {
    readonly [K in Kind]: SourceTable<KubeObjects[K]>;
  };
  /** Service key → keys of its EndpointSlices. */
  readonly slicesByService = new IndexTable('slicesByService', this.objects.EndpointSlice, ({ metadata }) => {
    const service = metadata.labels[serviceNameLabel];
    return service === undefined ? [] : [objectKey(metadata.namespace, service)];
  });
  /** What sources could not read, by the file or object it concerns. */
  readonly problems = new SourceTable<readonly Problem[]>('problems');
  /** The time as it was told last, milliseconds since the epoch. One row, `now`; none as long as nobody has told it. */
  readonly clock = new SourceTable<number>('clock');
  /** Who wrote each Ingress last, by `KIND KEY`: for people, and nothing follows from it. */
  readonly lastWrites = new Map<string, LastWrite>();
  readonly #waitingFor = new Set<Kind>(kindNames);

  get synced(): boolean {
    return this.#waitingFor.size === 0;
  }

  /** Whether every kind has been read once when this batch is taken in. */
  syncedWith(events: readonly KubeEvent[]): boolean {
    const now = new Set(events.flatMap((event) => (event.type === 'synced' ? [event.kind] : [])));
    return [...this.#waitingFor].every((kind) => now.has(kind));
  }

  /** Takes in a batch and returns what it changed. An object equal to the one known is no change. */
  apply(events: readonly KubeEvent[]): Changes {
    const changes = new Map<Table<unknown>, Set<Key>>();
    const change = (table: Table<unknown>, key: Key) => {
      const keys = changes.get(table);
      if (keys === undefined) changes.set(table, new Set([key]));
      else keys.add(key);
    };
    for (const event of events) {
      if (event.type === 'synced') {
        this.#waitingFor.delete(event.kind);
      } else if (event.type === 'problems') {
        this.problems.set(event.origin, event.problems.length === 0 ? undefined : event.problems);
        change(this.problems, event.origin);
      } else {
        const table: SourceTable<unknown> = this.objects[event.kind];
        const object = event.type === 'upsert' ? event.object : undefined;
        if (event.kind === 'Ingress') this.#noteWriter(event);
        if (isDeepStrictEqual(table.get(event.key), object)) continue;
        table.set(event.key, object);
        change(table, event.key);
      }
    }
    return changes;
  }

  #noteWriter(event: KubeEvent & { readonly type: 'upsert' | 'delete' }): void {
    const id = `${event.kind} ${event.key}`;
    if (event.type === 'upsert' && event.by !== undefined) this.lastWrites.set(id, event.by);
    else this.lastWrites.delete(id);
  }
}
