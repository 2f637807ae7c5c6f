import { UsageError } from '../usage-error.ts';
import { askServer } from './ask-server.ts';
import type { Asked, Replica } from './replica.ts';

/** What one Naru says. What it objects to is the caller's mistake. */
export async function ask<T>(replica: Replica, path: string): Promise<T> {
  const { status, body } = await askServer(replica, path);
  if (status !== 200) throw new UsageError((body as { readonly error: string }).error);
  return body as T;
}

interface Answer<T> {
  readonly replica: Replica;
  readonly body: T;
}

/** What each replica says, the leader's word first. */
export function askAll<T>({ server }: Asked, path: string): Promise<readonly Answer<T>[]> {
  return Promise.all(server.map(async (replica) => ({ replica, body: await ask<T>(replica, path) })));
}
