import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Below the ports that systems hand out to outgoing connections (from 32768 on Linux, 49152 elsewhere): a port that is found
 * free here is still free when somebody binds it a moment later.
 */
const range = { from: 10_000, to: 32_768 };
const attempts = 200;
const handedOut = new Set<number>();

/** The port itself, or for 0 one that is free on this host and was not handed out before. */
export async function choosePort(port: number, host = '127.0.0.1'): Promise<number> {
  if (port !== 0) return port;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const candidate = randomInt(range.from, range.to);
    if (handedOut.has(candidate) || !(await isFree(candidate, host))) continue;
    handedOut.add(candidate);
    return candidate;
  }
  throw new Error(`No free port was found on ${host}.`);
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}
