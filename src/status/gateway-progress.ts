import type { StatusDraft } from '../kube/status-draft.ts';
import type { Changes, Key, Table } from '../store/table.ts';

export interface GatewayProgressTables {
  readonly drafts: Table<StatusDraft>;
  /** What Envoys get of a listener, by its key in the Model. */
  readonly listeners: Table<unknown>;
  /** Key of a Gateway → keys of its listeners in the Model. */
  readonly socketsOfGateway: Table<readonly Key[]>;
}

/** In which snapshot each object of the Gateway API last became what it is. See `IngressProgress`. */
export class GatewayProgress {
  readonly #tables: GatewayProgressTables;
  readonly #since = new Map<Key, number>();

  constructor(tables: GatewayProgressTables) {
    this.#tables = tables;
  }

  since(draft: Key): number | undefined {
    return this.#since.get(draft);
  }

  keys(): Iterable<Key> {
    return this.#since.keys();
  }

  /** Follows a pass whose outcome is in the snapshot with this number. Returns the objects that it was about. */
  refresh(changes: Changes, snapshot: number): ReadonlySet<Key> {
    const { drafts, listeners, socketsOfGateway } = this.#tables;
    const touched = new Set<Key>(changes.get(drafts));
    const sockets = changes.get(listeners);
    if (sockets !== undefined && sockets.size > 0)
      for (const gateway of socketsOfGateway.keys())
        if (socketsOfGateway.get(gateway)?.some((socket) => sockets.has(socket)) === true) touched.add(`Gateway ${gateway}`);
    for (const key of touched) {
      if (drafts.get(key) === undefined) this.#since.delete(key);
      else this.#since.set(key, snapshot);
    }
    return touched;
  }
}
