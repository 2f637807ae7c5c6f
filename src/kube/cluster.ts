import { Observable } from 'rxjs';
import { Arrivals } from './api/arrivals.ts';
import { Known } from './api/known.ts';
import { Outage } from './api/outage.ts';
import { type Collection, collectionOf, type Follower } from './collection.ts';
import type { Connection } from './connection.ts';
import type { KubeEvent, ObjectKey } from './event.ts';
import { kindNames, kinds } from './kinds.ts';
import type { AnyKindRow } from './kinds/kind.ts';
import type { Kind } from './objects.ts';
import { type Holder, InNamespaces } from './namespaces/in-namespaces.ts';
import { SelectedNamespaces, selectedNamespaces } from './namespaces/selected-namespaces.ts';
import { Reflector, type ReflectorTiming, type RestartReason } from './reflector.ts';
import type { SecretAccess } from './secrets/secret-holder.ts';
import { Secrets } from './secrets/secrets.ts';
import { usualPageSize, usualTiming } from './watch.ts';

export interface ClusterOptions {
  /** One namespace; absent: all, or those that fit the selector. Kinds without a namespace are not limited by it. */
  readonly namespace?: string | undefined;
  /** Labels of the Namespaces whose objects are read: https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/. */
  readonly namespaceSelector?: string | undefined;
  /** Default: `watch`. */
  readonly secretAccess?: SecretAccess;
  /** How often a Secret is asked for that is not watched. */
  readonly secretsEveryMs?: number;
  /** Objects that are read in whatever namespace they are, where the selector leaves it out. */
  readonly always?: readonly { readonly kind: Kind; readonly key: ObjectKey }[];
  /** A sentence for each attempt that failed; the watch goes on trying. */
  readonly onTrouble?: (kind: string, sentence: string) => void;
  /** After trouble: the server answers again. */
  readonly onWell?: (kind: string) => void;
  /** A watch began again. */
  readonly onRestart?: (kind: string, reason: RestartReason) => void;
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
  readonly #arrivals: Arrivals;
  readonly #secrets: Secrets;
  /** Of kinds with a namespace. */
  readonly #limited: { readonly reflector: Reflector; readonly filter: InNamespaces }[] = [];

  constructor(connection: Connection, options: ClusterOptions, listener: Listener) {
    this.#connection = connection;
    this.#options = options;
    this.#outage = options.outage ?? new Outage();
    this.#arrivals = new Arrivals({ ...usualTiming, ...options.timing });
    this.#secrets = new Secrets({
      connection,
      access: options.secretAccess ?? 'watch',
      namespace: options.namespace,
      always: this.#always('Secret'),
      everyMs: options.secretsEveryMs ?? 60_000,
      timing: { ...usualTiming, ...options.timing },
      outage: this.#outage,
      signal: listener.signal,
      emit: listener.event,
      onTrouble: (sentence) => options.onTrouble?.('Secret', sentence),
    });
    this.#listener = listener;
  }

  start(): void {
    const { namespaceSelector, namespace: only } = this.#options;
    this.#secrets.start();
    if (namespaceSelector === undefined) {
      for (const row of this.#rows()) this.#follow(this.#collectionOf(row, only), this.#holderOf(row));
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
    for (const row of this.#rows()) {
      const holder = this.#holderOf(row);
      if (!row.namespaced) {
        this.#follow(this.#collectionOf(row), holder);
        continue;
      }
      const always = new Set(this.#always(row.kind));
      const filter = new InNamespaces({ row, holder, selected: (name) => namespaces.has(name), always });
      this.#limited.push({ reflector: this.#follow(this.#collectionOf(row), filter), filter });
    }
  }

  /** The kinds that are listed and watched. */
  #rows(): readonly AnyKindRow[] {
    return this.#options.secretAccess === 'get' ? rows.filter(({ usedTypes }) => usedTypes === undefined) : rows;
  }

  #collectionOf(row: AnyKindRow, namespace?: string): Collection {
    const metadataOnly = row.usedTypes !== undefined && this.#options.secretAccess === 'metadata';
    return { ...collectionOf(row, namespace), metadataOnly };
  }

  #holderOf(row: AnyKindRow): Holder {
    if (row.usedTypes !== undefined) return this.#secrets.holder;
    return new Known(row, (event) => {
      this.#secrets.heard(event);
      this.#listener.event(event);
    });
  }

  #always(kind: Kind): readonly ObjectKey[] {
    return (this.#options.always ?? []).flatMap((one) => (one.kind === kind ? [one.key] : []));
  }

  #follow(collection: Collection, follower: Follower): Reflector {
    const { onTrouble = () => {}, onWell = () => {}, onRestart, streams = true, timing } = this.#options;
    const reflector = new Reflector({
      connection: this.#connection,
      collection,
      follower,
      pageSize: usualPageSize,
      streams,
      timing: { ...usualTiming, ...timing },
      outage: this.#outage,
      arrivals: this.#arrivals,
      onTrouble: (sentence) => onTrouble(collection.kind, sentence),
      onWell: () => onWell(collection.kind),
      onRestart: (reason) => onRestart?.(collection.kind, reason),
    });
    reflector.run(this.#listener.signal).catch(this.#listener.failure);
    return reflector;
  }
}
