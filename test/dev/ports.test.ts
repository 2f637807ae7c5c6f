import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { choosePort } from '../../src/dev/ports.ts';

test('choosePort keeps a port that was asked for and finds one for 0', async () => {
  assert.equal(await choosePort(8080), 8080);
  const ports = await Promise.all(Array.from({ length: 20 }, () => choosePort(0)));
  assert.equal(new Set(ports).size, 20);
  for (const port of ports.slice(0, 3)) {
    const server = createServer();
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, '127.0.0.1', resolve));
    await new Promise((resolve) => server.close(resolve));
  }
});
