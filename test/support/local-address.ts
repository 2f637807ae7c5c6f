// Where on this machine a test may listen.
import { once } from 'node:events';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { portOf } from './listen.ts';

/** An IPv4 address of this machine that Kubernetes accepts as a Pod's. */
export async function podAddress(): Promise<string> {
  for (const { family, internal, address } of Object.values(networkInterfaces()).flatMap((list) => list ?? [])) {
    if (family === 'IPv4' && !internal && !address.startsWith('169.254.')) return address;
  }
  const routed = '10.244.0.1';
  try {
    await freePort(routed);
    return routed;
  } catch {
    throw new Error(
      'This machine has no IPv4 address but loopback, which Kubernetes refuses as the address of a Pod. ' +
        'Make a range of addresses its own, as root: ip route add local 10.244.0.0/16 dev lo ' +
        '(undone by: ip route del local 10.244.0.0/16 dev lo)',
    );
  }
}

/** A port of this machine that nobody listens on just now. */
export async function freePort(host = '127.0.0.1'): Promise<number> {
  const server = createServer().listen(0, host);
  await once(server, 'listening');
  const port = portOf(server);
  server.close();
  await once(server, 'close');
  return port;
}
