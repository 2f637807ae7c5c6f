import type { Connection } from '../connection.ts';
import { type Content, exchangeJson } from './request.ts';
import { Failure, failureOf, isAboutCredentials } from './failure.ts';

/** A write that takes longer is not known to have happened, and is tried again by whoever wanted it. */
const patienceMs = 10_000;

const types = {
  create: { method: 'POST', type: 'application/json' },
  replace: { method: 'PUT', type: 'application/json' },
  /** https://www.rfc-editor.org/rfc/rfc7386 */
  merge: { method: 'PATCH', type: 'application/merge-patch+json' },
  /** Server-side apply; JSON is YAML. https://kubernetes.io/docs/reference/using-api/server-side-apply/ */
  apply: { method: 'PATCH', type: 'application/apply-patch+yaml' },
  /** With DeleteOptions. */
  remove: { method: 'DELETE', type: 'application/json' },
} as const satisfies Readonly<Record<string, Omit<Content, 'text'>>>;

/** Changes one object and resolves with what it is then. */
export function write(connection: Connection, how: keyof typeof types, path: string, body: object): Promise<unknown> {
  return once(connection, path, { ...types[how], text: JSON.stringify(body) });
}

/** One object as it is now; undefined where there is none. */
export async function readOne(connection: Connection, path: string): Promise<unknown> {
  try {
    return await once(connection, path);
  } catch (error) {
    if (failureOf(error).status === 404) return undefined;
    throw error;
  }
}

async function once(connection: Connection, path: string, content?: Content): Promise<unknown> {
  const signal = AbortSignal.timeout(patienceMs);
  try {
    return await exchangeJson(connection, path, { signal, idleMs: patienceMs, ...(content === undefined ? {} : { content }) });
  } catch (error) {
    if (signal.aborted) throw new Failure(`the API server did not answer within ${patienceMs / 1000} s`, { code: 'ETIMEDOUT' });
    const failure = failureOf(error);
    if (isAboutCredentials(failure)) await connection.reload().catch(() => {});
    throw failure;
  }
}
