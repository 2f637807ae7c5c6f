import { Observable } from 'rxjs';
import { Known } from './api/known.ts';
import { Outage } from './api/outage.ts';
import { type Collection, collectionOf, type Follower } from './collection.ts';
import type { Connection } from './connection.ts';
import type { KubeEvent, ObjectKey } from './event.ts';
import { kindNames, kinds } from './kinds.ts';
import type { AnyKindRow } from './kinds/kind.ts';
import type { Kind } from './objects.ts';
import { InNamespaces } from './namespaces/in-namespaces.ts';
import { SelectedNamespaces, selectedNamespaces } from './namespaces/selected-namespaces.ts';
import { Reflector, type ReflectorTiming } from './reflector.ts';
import { usualPageSize, usualTiming } from './watch.ts';

export interface ClusterOptions {
  /** One namespace; absent: all, or those that fit the selector. Kinds without a namespace are not limited by it. */
  readonly namespace?: string | undefined;
  /** Labels of the Namespaces whose objects are read: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/. */
  readonly namespaceSelector?: string | undefined;
  /** Objects that are read in whatever namespace they are, where the selector leaves it out. */
  readonly always?: readonly { readonly kind: Kind; readonly key: ObjectKey }[];
  /** A sentence for each attempt that failed; the watch goes on trying. */
  readonly onTrouble?: (kind: string, sentence: string) => void;
  /** After trouble: the server answers again. */
  readonly onWell?: (kind: string) => void;
  /** Shared with other watches of the same server. */
  readonly outage?: Outage;
  readonly streams?: boolean;
  readonly timing?: Partial<ReflectorTiming>;
}

const rows: readonly AnyKindRow[] = kindNames.map((kind) => kinds[kind]).filter(({ byName }) => byName !== true);

/** All kinds that are watched as a whole, as one source: see `watchKind`. */
export function watchCluster(connection: Connection, options: ClusterOptions = {}): Observable<KubeEvent> {
  return new Observable((subscriber) => {
    const stop = new AbortController();
    const cluster = new Cluster(connection, options, {
      event: (event) => subscriber.next(event),
      failure: (error) => subscriber.error(error),
      signal: stop.signal,
    });
    cluster.start();
    return () => stop.abort();
  });
}

interface Listener {
  readonly event: (event: KubeEvent) => void;
  readonly failure: (error: unknown) => void;
  readonly signal: AbortSignal;
}

class Cluster {
  readonly #connection: Connection;
  readonly #options: ClusterOptions;
  readonly #listener: Listener;
  readonly #outage: Outage;
  /** Of kinds with a namespace. */
  readonly #limited: { readonly reflector: Reflector; readonly filter: InNamespaces }[] = [];

  constructor(connection: Connection, options: ClusterOptions, listener: Listener) {
    this.#connection = connection;
    this.#options = options;
    this.#outage = options.outage ?? new Outage();
    this.#listener = listener;
  }

  start(): void {
    const { namespaceSelector } = this.#options;
    if (namespaceSelector === undefined) {
      for (const row of rows) this.#follow(collectionOf(row, this.#options.namespace), this.#holderOf(row));
      return;
    }
    const selected = new SelectedNamespaces({
      onListed: () => this.#startLimited(selected),
      // Their objects went by unread. A whole list tells only what is new.
      onJoined: () => this.#limited.forEach(({ reflector }) => reflector.relist()),
      onLeft: (namespace) => this.#limited.forEach(({ filter }) => filter.leave(namespace)),
    });
    this.#follow(selectedNamespaces(namespaceSelector), selected);
  }

  #startLimited(namespaces: SelectedNamespaces): void {
    for (const row of rows) {
      const holder = this.#holderOf(row);
      if (!row.namespaced) {
        this.#follow(collectionOf(row), holder);
        continue;
      }
      const always = new Set((this.#options.always ?? []).flatMap((one) => (one.kind === row.kind ? [one.key] : [])));
      const filter = new InNamespaces({ row, holder, selected: (name) => namespaces.has(name), always });
      this.#limited.push({ reflector: this.#follow(collectionOf(row), filter), filter });
    }
  }

  #holderOf(row: AnyKindRow): Known {
    return new Known(row, this.#listener.event);
  }

  #follow(collection: Collection, follower: Follower): Reflector {
    const { onTrouble = () => {}, onWell = () => {}, streams = true, timing } = this.#options;
    const reflector = new Reflector({
      connection: this.#connection,
      collection,
      follower,
      pageSize: usualPageSize,
      streams,
      timing: { ...usualTiming, ...timing },
      outage: this.#outage,
      onTrouble: (sentence) => onTrouble(collection.kind, sentence),
      onWell: () => onWell(collection.kind),
    });
    reflector.run(this.#listener.signal).catch(this.#listener.failure);
    return reflector;
  }
}
