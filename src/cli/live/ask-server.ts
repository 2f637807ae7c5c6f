import type { Replica } from './replica.ts';
import { UnreachableError } from './unreachable-error.ts';

/** What a debug endpoint answers. */
export interface ServerAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Asks the debug endpoint of a running Naru. Throws `UnreachableError` where none answers. */
export async function askServer(replica: Replica, path: string): Promise<ServerAnswer> {
  const response = await fetchFrom(replica, path);
  return { status: response.status, body: await response.json() };
}

/** As `askServer`, for what is no JSON. */
export async function askForText(replica: Replica, path: string): Promise<string> {
  return (await fetchFrom(replica, path)).text();
}

async function fetchFrom({ url, trouble }: Replica, path: string): Promise<Response> {
  if (trouble !== undefined) throw trouble;
  try {
    return await fetch(new URL(path, url));
  } catch (error) {
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new UnreachableError(
      `No Naru answers at ${url} (${reason}). In a cluster: kubectl naru, or kubectl -n naru-system port-forward deploy/naru 9902. Elsewhere: --server, or -f for files.`,
      reason,
    );
  }
}
