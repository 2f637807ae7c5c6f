import type { Collection } from '../collection.ts';
import type { Connection } from '../connection.ts';
import { valueAt } from '../read.ts';
import { Failure, failureOf } from './failure.ts';
import { exchangeJson, type GetOptions } from './request.ts';
import { metadataOnly } from './watch-parameters.ts';

export interface ListOptions extends GetOptions {
  readonly connection: Connection;
  readonly collection: Collection;
  readonly pageSize: number;
}

/**
 * Reads a whole collection in pages, each handed on as it comes, and returns the version to watch from. `begin` is called
 * when it starts, and again if the server forgot the list between two pages and it had to start over.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#retrieving-large-results-sets-in-chunks
 */
export async function list(options: ListOptions, begin: () => void, onItem: (item: unknown) => void): Promise<string> {
  try {
    begin();
    return await pages(options, options.pageSize, onItem);
  } catch (error) {
    if (failureOf(error).status !== 410) throw error;
  }
  // The server forgets a list after some minutes: whoever is too slow for that gets it in one piece.
  begin();
  return pages(options, undefined, onItem);
}

async function pages(options: ListOptions, limit: number | undefined, onItem: (item: unknown) => void): Promise<string> {
  const { connection, collection, signal, idleMs } = options;
  const { path, parameters } = collection;
  const accept = collection.metadataOnly === true ? metadataOnly.list : undefined;
  for (let rest: string | undefined = ''; ; ) {
    const query = new URLSearchParams(parameters);
    if (limit !== undefined) query.set('limit', String(limit));
    if (rest !== '') query.set('continue', rest);
    const body = await exchangeJson(connection, `${path}?${query.toString()}`, { signal, idleMs, accept });
    const items = valueAt(body, ['items']) ?? [];
    const version = valueAt(body, ['metadata', 'resourceVersion']);
    if (!Array.isArray(items) || typeof version !== 'string') throw new Failure('the API server sent something that is not a list');
    items.forEach(onItem);
    const next = valueAt(body, ['metadata', 'continue']);
    if (typeof next !== 'string' || next === '') return version;
    rest = next;
  }
}
