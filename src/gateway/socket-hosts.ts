import { mostSpecific } from './hostnames.ts';
import type { ListenerRow } from './listener-row.ts';
import type { Socket } from './socket.ts';

/** The listener of a socket that takes the requests for a hostname: that with the most specific one. */
export function ownerOfHost({ listeners }: Socket, hostname: string): ListenerRow | undefined {
  const owner = mostSpecific(
    listeners.map((listener) => listener.hostname),
    hostname,
  );
  return listeners.find((listener) => listener.hostname === owner);
}
