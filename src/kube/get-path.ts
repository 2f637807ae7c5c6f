import { text } from 'node:stream/consumers';
import type { Connection } from './connection.ts';
import { exchange, exchangeJson } from './api/request.ts';

const idleMs = 10_000;

/** What an API server answers at a path. @throws Failure, whose message is a part of a sentence */
export function getJson(connection: Connection, path: string): Promise<unknown> {
  return exchangeJson(connection, path, { signal: AbortSignal.timeout(idleMs), idleMs });
}

/** The same for what is not JSON, such as what a pod says behind its proxy. */
export async function getText(connection: Connection, path: string): Promise<string> {
  return text(await exchange(connection, path, { signal: AbortSignal.timeout(idleMs), idleMs, accept: '*/*' }));
}
