import type { Connection } from './connection.ts';
import { failureOf } from './api/failure.ts';
import { exchangeJson } from './api/request.ts';
import { collectionPath, kinds } from './kinds.ts';
import { objectDigest } from './object-digest.ts';
import type { Kind } from './objects.ts';
import { read } from './read.ts';

/** An object as an API server has it at this moment. */
export type FoundObject =
  | { readonly type: 'found'; readonly digest: string }
  /** It is there, but none that Naru can read. */
  | { readonly type: 'unreadable'; readonly message: string }
  | { readonly type: 'absent' }
  /** Nobody can tell: no connection, or no right. */
  | { readonly type: 'unknown'; readonly message: string };

export interface ObjectName {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
}

const idleMs = 10_000;

export async function getObject(connection: Connection, { kind, namespace, name }: ObjectName): Promise<FoundObject> {
  const path = `${collectionPath(kinds[kind], namespace)}/${encodeURIComponent(name)}`;
  try {
    const raw = await exchangeJson(connection, path, { signal: AbortSignal.timeout(idleMs), idleMs });
    const reading = read(kind, raw);
    if (reading.ok) return { type: 'found', digest: objectDigest(reading.object) };
    return { type: 'unreadable', message: reading.problems.map((problem) => problem.message).join(' ') };
  } catch (error) {
    const failure = failureOf(error);
    return failure.status === 404 ? { type: 'absent' } : { type: 'unknown', message: failure.message };
  }
}
