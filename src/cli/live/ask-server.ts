import { UnreachableError } from './unreachable-error.ts';

/** What a debug endpoint answers. */
export interface ServerAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Asks the debug endpoint of a running Naru. Throws `UnreachableError` where none answers. */
export async function askServer(server: string, path: string): Promise<ServerAnswer> {
  let response: Response;
  try {
    response = await fetch(new URL(path, server));
  } catch (error) {
    const reason = error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
    throw new UnreachableError(
      `No Naru answers at ${server} (${reason}). In a cluster: kubectl -n naru-system port-forward deploy/naru 9902. Elsewhere: --server, or -f for files.`,
    );
  }
  return { status: response.status, body: await response.json() };
}
