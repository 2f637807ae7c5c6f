import { Arrivals } from './api/arrivals.ts';
import type { Outage } from './api/outage.ts';
import { type Collection, type Follower } from './collection.ts';
import { collectionPath } from './kinds.ts';
import type { Connection } from './connection.ts';
import { objectKey, type ObjectKey } from './event.ts';
import { valueAt } from './read.ts';
import { Reflector } from './reflector.ts';
import { usualPageSize, usualTiming } from './watch.ts';

/** A node on which a Pod of the selector is ready. */
export interface EnvoyNode {
  readonly name: string;
  /** As the Node's status has them, in its order. */
  readonly addresses: readonly { readonly type: string; readonly address: string }[];
}

export interface EnvoyNodesOptions {
  /** Where the Pods are. */
  readonly namespace: string;
  /** Labels of the Pods. */
  readonly selector: string;
  /** All such nodes, each time that something of them has changed, once they are known. */
  readonly onChange: (nodes: readonly EnvoyNode[]) => void;
  readonly onTrouble: (kind: string, sentence: string) => void;
  readonly onFailure: (error: unknown) => void;
  readonly outage: Outage;
  readonly signal: AbortSignal;
}

/** Follows the nodes on which Envoys run that take requests. Pods and Nodes are read for nothing else, and not kept whole. */
export function watchEnvoyNodes(connection: Connection, options: EnvoyNodesOptions): void {
  const { namespace, selector, onChange, onTrouble, onFailure, outage, signal } = options;
  const tell = (): void => {
    if (!pods.known || !nodes.known) return;
    const names = new Set(pods.values());
    onChange([...nodes.values()].filter(({ name }) => names.has(name)));
  };
  const pods = new Kept(nodeOfReadyPod, tell);
  const nodes = new Kept(readNode, tell);
  const follow = (collection: Collection, follower: Follower): void => {
    const reflector = new Reflector({
      connection,
      collection,
      follower,
      pageSize: usualPageSize,
      streams: true,
      timing: usualTiming,
      outage,
      arrivals: new Arrivals(usualTiming),
      onTrouble: (sentence) => onTrouble(collection.kind, sentence),
      onWell: () => {},
    });
    reflector.run(signal).catch(onFailure);
  };
  const path = collectionPath({ path: '/api/v1/pods', namespaced: true }, namespace);
  const common = { apiVersion: 'v1', optional: false, required: true } as const;
  follow({ ...common, kind: 'Pod', path, parameters: { labelSelector: selector } }, pods);
  follow({ ...common, kind: 'Node', path: '/api/v1/nodes', parameters: {} }, nodes);
}

/** Of each object of a collection what a function reads from it. */
class Kept<T> implements Follower {
  readonly #read: (raw: unknown) => T | undefined;
  readonly #onChange: () => void;
  readonly #values = new Map<ObjectKey, T>();
  known = false;

  constructor(read: (raw: unknown) => T | undefined, onChange: () => void) {
    this.#read = read;
    this.#onChange = onChange;
  }

  values(): Iterable<T> {
    return this.#values.values();
  }

  put(raw: unknown): ObjectKey {
    const key = keyOf(raw);
    const value = this.#read(raw);
    if (value === undefined) this.#values.delete(key);
    else this.#values.set(key, value);
    this.#onChange();
    return key;
  }

  delete(raw: unknown): void {
    this.#values.delete(keyOf(raw));
    this.#onChange();
  }

  keepOnly(keys: ReadonlySet<ObjectKey>): void {
    for (const key of [...this.#values.keys()]) if (!keys.has(key)) this.#values.delete(key);
    this.#onChange();
  }

  listed(): void {
    this.known = true;
    this.#onChange();
  }
}

function keyOf(raw: unknown): ObjectKey {
  return objectKey(textAt(raw, 'metadata', 'namespace') ?? '', textAt(raw, 'metadata', 'name') ?? '');
}

/** A Pod that is to end takes no new requests, whatever its last word was. */
function nodeOfReadyPod(raw: unknown): string | undefined {
  const ready = listAt(raw, 'status', 'conditions').some(
    (condition) => textAt(condition, 'type') === 'Ready' && textAt(condition, 'status') === 'True',
  );
  if (!ready || textAt(raw, 'status', 'phase') !== 'Running' || textAt(raw, 'metadata', 'deletionTimestamp') !== undefined)
    return undefined;
  return textAt(raw, 'spec', 'nodeName');
}

function readNode(raw: unknown): EnvoyNode {
  const addresses = listAt(raw, 'status', 'addresses').flatMap((entry) => {
    const [type, address] = [textAt(entry, 'type'), textAt(entry, 'address')];
    return type === undefined || address === undefined ? [] : [{ type, address }];
  });
  return { name: textAt(raw, 'metadata', 'name') ?? '', addresses };
}

function textAt(raw: unknown, ...path: readonly string[]): string | undefined {
  const value = valueAt(raw, path);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function listAt(raw: unknown, ...path: readonly string[]): readonly unknown[] {
  const value = valueAt(raw, path);
  return Array.isArray(value) ? value : [];
}
