// What is sent again, and to whom, through a real Envoy.
import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { after, before, describe, test } from 'node:test';
import type { RoutePolicy } from '../../src/model/route-policy.ts';
import { ModelFleet } from '../support/model-fleet.ts';
import { forwarding, hosts, service } from '../support/model-source.ts';
import { request as get } from '../support/request.ts';
import { listen } from '../support/listen.ts';

let fleet: ModelFleet;
const pods: Server[] = [];
/** Which pods saw the request, in order. */
let seen: string[] = [];

async function pod(name: string, answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<number> {
  const server = createServer((request, response) => {
    seen.push(name);
    answer(request, response);
  });
  pods.push(server);
  return listen(server);
}

/** What a client gets whose request comes to this pod first, and who has seen it. The others answer. */
async function send(first: number, policy: RoutePolicy, method = 'GET', headers: Readonly<Record<string, string>> = {}): Promise<string> {
  const good = await pod('good', (_, response) => response.end('good'));
  await fleet.given({
    ...service('web', [first, good]),
    virtualHosts: hosts({ hostname: 'retry.test', routes: [{ ...forwarding('/', 'shop/web/80', 'web'), policy }] }),
  });
  assert.deepEqual(fleet.problems, []);
  const answers = new Set<string>();
  // Two pods in turn: one of two requests comes to the first.
  for (let index = 0; index < 2; index++) {
    seen = [];
    const { status } = await get('http://retry.test/', fleet.ports, { method, headers });
    answers.add(`${status} ${seen.join(' ')}`);
  }
  answers.delete('200 good');
  return [...answers].join(', ');
}

describe('retries', () => {
  let breaking: number;
  let silent: number;
  let failing: number;
  before(async () => {
    fleet = await ModelFleet.start(['node-1']);
    breaking = await pod('breaking', (request) => request.socket.destroy());
    silent = await pod('silent', () => {});
    failing = await pod('failing', (_, response) => response.writeHead(502).end());
  });
  after(async () => {
    await fleet.stop();
    for (const server of pods) {
      server.closeAllConnections();
      server.close();
    }
  });

  test('by default what breaks off is sent to another pod, but not with methods that may do something twice', async () => {
    for (const method of ['GET', 'PUT', 'DELETE']) assert.equal(await send(breaking, {}, method), '200 breaking good', method);
    for (const method of ['POST', 'PATCH', 'LOCK']) assert.equal(await send(breaking, {}, method), '503 breaking', method);
    assert.equal(await send(breaking, { retry: { tries: 3, nonIdempotent: true } }, 'POST'), '200 breaking good');
  });

  test('a pod that cannot be reached cannot have seen anything', async () => {
    const closed = await pod('closed', () => {});
    await new Promise((resolve) => pods.pop()?.close(resolve));
    assert.equal(await send(closed, {}, 'POST'), '');
  });

  test('one try is one, and no client has more by asking for it', async () => {
    assert.equal(await send(breaking, { retry: { tries: 1 } }), '503 breaking');
    const asking = { 'x-envoy-retry-on': '5xx,reset', 'x-envoy-max-retries': '5', 'x-envoy-retriable-status-codes': '502' };
    assert.equal(await send(breaking, {}, 'POST', asking), '503 breaking');
    assert.equal(await send(failing, {}, 'GET', asking), '502 failing');
  });

  test('a status is one to try again only where the route says so', async () => {
    assert.equal(await send(failing, {}), '502 failing');
    assert.equal(await send(failing, { retry: { tries: 3, statuses: [502] } }), '200 failing good');
    assert.equal(await send(failing, { retry: { tries: 3, statuses: [502] } }, 'POST'), '502 failing');
    assert.equal(await send(failing, { retry: { tries: 3, statuses: [502], nonIdempotent: true } }, 'POST'), '200 failing good');
  });

  test('a pod that says nothing is given up for another one, where the route says so', async () => {
    assert.equal(await send(silent, { timeouts: { idle: 1 } }), '200 silent good');
    assert.equal(await send(silent, { timeouts: { idle: 1 } }, 'POST'), '504 silent');
    assert.equal(await send(silent, { timeouts: { idle: 1 }, retry: { tries: 3 } }), '504 silent');
  });
});
