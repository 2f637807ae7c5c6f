import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const pauseMs = 10;

/** Resolves when something takes connections at a port: Envoy acknowledges a listener shortly before it does. */
export async function untilListening(host: string, port: number, signal: AbortSignal): Promise<void> {
  while (!(await takesConnections(host, port))) await delay(pauseMs, undefined, { signal });
}

function takesConnections(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
