import { askServer } from '../live/ask-server.ts';
import { UsageError } from '../usage-error.ts';
import type { ListOutput } from './print-list.ts';

/** Settings of the verbs that ask a running Naru. */
export interface LiveSettings {
  readonly server: string;
  readonly output: ListOutput;
  /** Go on, and print what changes. */
  readonly watch?: boolean;
}

/** The body of an answer. What the server objects to is the caller's mistake. */
export async function ask<T>({ server }: Pick<LiveSettings, 'server'>, path: string): Promise<T> {
  const { status, body } = await askServer(server, path);
  if (status !== 200) throw new UsageError((body as { readonly error: string }).error);
  return body as T;
}
