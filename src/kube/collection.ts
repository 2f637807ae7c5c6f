import type { ObjectKey } from './event.ts';
import { collectionPath } from './kinds.ts';
import type { AnyKindRow } from './kinds/kind.ts';

/** What a reflector follows: all objects of one collection of an API server. */
export interface Collection {
  /** For messages. */
  readonly kind: string;
  readonly apiVersion: string;
  readonly path: string;
  /** Selectors: what the server leaves out. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Of each object only its metadata is asked for. */
  readonly metadataOnly?: boolean;
  /** The API server may not have it, and may get it or lose it at any time: that is no trouble. */
  readonly optional: boolean;
  /** Without the right to read it nobody waits for it. */
  readonly required: boolean;
}

/** Who is told what a collection holds. */
export interface Follower {
  /** Takes an object as the API server shows it; returns its key. */
  put(raw: unknown): ObjectKey;
  delete(raw: unknown): void;
  /** After a whole list: what it did not have is gone. */
  keepOnly(keys: ReadonlySet<ObjectKey>): void;
  /** A whole list has been told, or there is none to wait for. */
  listed(): void;
}

/** The collection of a kind, in one namespace or in all, or only one object of it. */
export function collectionOf(row: AnyKindRow, namespace?: string, name?: string): Collection {
  const fieldSelector = name === undefined ? row.fieldSelector : `metadata.name=${name}`;
  const optional = row.optional === true;
  return {
    kind: row.kind,
    apiVersion: row.apiVersion,
    path: collectionPath(row, namespace),
    parameters: fieldSelector === undefined ? {} : { fieldSelector },
    optional,
    // Whoever may read one namespace only is seldom allowed what belongs to none.
    required: !optional && (namespace === undefined || row.namespaced),
  };
}
