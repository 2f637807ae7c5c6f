import { createServer } from 'node:http';
import type { TestContext } from 'node:test';
import { portOf } from './listen.ts';

/** A pod of a test: an HTTP server that says its name, as an echo backend would. Resolves with its port. */
export async function namedServer(t: TestContext, name: string, host = '127.0.0.1', port = 0): Promise<number> {
  const server = createServer((_, response) => response.end(JSON.stringify({ service: name })));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return portOf(server);
}
