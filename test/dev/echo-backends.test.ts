import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { describe, test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { Subject } from 'rxjs';
import { withEchoBackends } from '../../src/dev/echo-backends.ts';
import type { KubeEvent } from '../../src/kube/event.ts';
import type { EndpointSlice, Service } from '../../src/kube/objects.ts';
import { metadata, remove, service, slice, upsert } from '../support/objects.ts';
import { eventually } from './poll.ts';

const syncedServices: KubeEvent = { type: 'synced', kind: 'Service' };
const syncedSlices: KubeEvent = { type: 'synced', kind: 'EndpointSlice' };
const loaded = [syncedServices, syncedSlices];

interface Run {
  readonly events: KubeEvent[];
  /** Sends events in one go, waits for as many to come out as given and returns these. */
  send(given: readonly KubeEvent[], expected: number): Promise<readonly KubeEvent[]>;
  stop(): void;
}

function start(t: TestContext): Run {
  const input = new Subject<KubeEvent>();
  const events: KubeEvent[] = [];
  const subscription = input.pipe(withEchoBackends()).subscribe((event) => events.push(event));
  t.after(() => subscription.unsubscribe());
  return {
    events,
    send: async (given, expected) => {
      const before = events.length;
      for (const event of given) input.next(event);
      await eventually(() => assert.ok(events.length >= before + expected, `${events.length - before} of ${expected} events`));
      return events.slice(before);
    },
    stop: () => subscription.unsubscribe(),
  };
}

function print(event: KubeEvent): string {
  if (event.type === 'problems') return `problems ${event.origin} ${event.problems.length}`;
  return event.type === 'synced' ? `synced ${event.kind}` : `${event.type} ${event.kind} ${event.key}`;
}

function sliceIn(events: readonly KubeEvent[], key: string): EndpointSlice {
  const found = events.findLast((event) => event.type === 'upsert' && event.key === key);
  assert.ok(found?.type === 'upsert' && found.object.kind === 'EndpointSlice', `no slice ${key}`);
  return found.object;
}

function portOf(events: readonly KubeEvent[], key: string, index = 0): number {
  const port = sliceIn(events, key).ports[index]?.port;
  assert.ok(port !== undefined);
  return port;
}

function withSpec(name: string, spec: Partial<Service['spec']>, annotations: Record<string, string> = {}): Service {
  return { kind: 'Service', metadata: metadata(name, { annotations }), spec: { ...service(name).spec, ...spec } };
}

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
  readonly localPort: number | undefined;
}

function ask(
  port: number,
  options: { path?: string; method?: string; headers?: Record<string, string>; agent?: Agent; body?: Buffer } = {},
): Promise<Answer> {
  const { body, ...rest } = options;
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port, agent: false, ...rest }, (response) => {
      let text = '';
      const { localPort } = response.socket;
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode, text, localPort }));
    });
    sent.on('error', reject).end(body);
  });
}

function refusesConnections(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('error', () => resolve(true)).once('connect', () => resolve(socket.destroy() && false));
  });
}

describe('withEchoBackends', () => {
  test('slices of echo pods come before EndpointSlices are said to be complete', async (t) => {
    const run = start(t);
    const given = [
      syncedSlices,
      upsert(service('web')),
      upsert(service('api')),
      upsert(slice('api-1', 'api', ['10.0.0.1'])),
      syncedServices,
    ];
    const events = await run.send(given, 6);
    assert.deepEqual(events.map(print), [
      'upsert Service shop/web',
      'upsert Service shop/api',
      'upsert EndpointSlice shop/api-1',
      'synced Service',
      'upsert EndpointSlice shop/web-echo-1',
      'synced EndpointSlice',
    ]);
    const { metadata: about, addressType, endpoints } = sliceIn(events, 'shop/web-echo-1');
    assert.equal(about.labels['kubernetes.io/service-name'], 'web');
    assert.equal(addressType, 'IPv4');
    assert.deepEqual(endpoints, [{ addresses: ['127.0.0.1'], ready: true, serving: true, terminating: false }]);
  });

  test('an echo pod tells what arrived', async (t) => {
    const run = start(t);
    const events = await run.send([upsert(service('web')), ...loaded], 4);
    const headers = { host: 'shop.example.com', 'x-color': 'blue' };
    const { status, text } = await ask(portOf(events, 'shop/web-echo-1'), {
      path: '/a%2Fb?c=d&e',
      method: 'PATCH',
      headers,
      body: Buffer.alloc(3_000_000),
    });
    assert.equal(status, 200);
    const told = JSON.parse(text) as Record<string, unknown>;
    const { headers: arrived, ...rest } = told;
    assert.deepEqual(rest, {
      service: 'web',
      namespace: 'shop',
      port: 80,
      pod: 'web-echo-1',
      host: 'shop.example.com',
      path: '/a%2Fb?c=d&e',
      method: 'PATCH',
    });
    assert.equal((arrived as Record<string, string>)['x-color'], 'blue');
    assert.deepEqual(Object.keys(told), ['service', 'namespace', 'port', 'pod', 'host', 'path', 'method', 'headers']);
    assert.ok(text.startsWith('{\n  "service": "web",\n'));
  });

  test('one connection carries several requests', async (t) => {
    const run = start(t);
    const port = portOf(await run.send([upsert(service('web')), ...loaded], 4), 'shop/web-echo-1');
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    t.after(() => agent.destroy());
    const answers = [await ask(port, { agent }), await ask(port, { agent, method: 'HEAD' }), await ask(port, { agent, method: 'DELETE' })];
    assert.equal(new Set(answers.map(({ localPort }) => localPort)).size, 1);
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200],
    );
  });

  test('every pod and port has a server of its own', async (t) => {
    const run = start(t);
    const ports = [
      { name: 'http', port: 80, protocol: 'TCP' },
      { name: 'admin', port: 9000, protocol: 'TCP' },
      { name: 'dns', port: 53, protocol: 'UDP' },
    ];
    const events = await run.send([upsert(withSpec('web', { ports }, { 'naru.io/echo-pods': '2' })), ...loaded], 5);
    const told = await Promise.all(
      ['shop/web-echo-1', 'shop/web-echo-2'].flatMap((key) =>
        sliceIn(events, key).ports.map(async ({ name, port = 0 }) => {
          const { pod, port: servicePort } = JSON.parse((await ask(port)).text) as { pod: string; port: number };
          return `${name} ${pod} ${servicePort}`;
        }),
      ),
    );
    assert.deepEqual(told, ['http web-echo-1 80', 'admin web-echo-1 9000', 'http web-echo-2 80', 'admin web-echo-2 9000']);
  });

  test('a Service of elsewhere, or without TCP ports, gets none', async (t) => {
    const run = start(t);
    const external = withSpec('external', { type: 'ExternalName', externalName: 'example.com' });
    const dns = withSpec('dns', { ports: [{ name: 'dns', port: 53, protocol: 'UDP' }] });
    const events = await run.send([upsert(external), upsert(dns), upsert(withSpec('none', { ports: [] })), ...loaded], 5);
    assert.equal(events.length, 5);
  });

  test('a real slice takes over, and gives back when it goes', async (t) => {
    const run = start(t);
    const port = portOf(await run.send([upsert(service('web')), ...loaded], 4), 'shop/web-echo-1');
    const real = slice('web-abc', 'web', ['10.0.0.1']);
    assert.deepEqual((await run.send([upsert(real)], 2)).map(print), [
      'upsert EndpointSlice shop/web-abc',
      'delete EndpointSlice shop/web-echo-1',
    ]);
    await eventually(async () => assert.ok(await refusesConnections(port)));
    const back = await run.send([remove(real)], 2);
    assert.deepEqual(back.map(print), ['delete EndpointSlice shop/web-abc', 'upsert EndpointSlice shop/web-echo-1']);
    assert.equal((await ask(portOf(back, 'shop/web-echo-1'))).status, 200);
  });

  test('a slice that changes hands', async (t) => {
    const run = start(t);
    await run.send([upsert(service('web')), upsert(service('api')), upsert(slice('a', 'web', ['10.0.0.1'])), ...loaded], 6);
    const events = await run.send([upsert(slice('a', 'api', ['10.0.0.1']))], 3);
    assert.deepEqual(events.map(print).toSorted(), [
      'delete EndpointSlice shop/api-echo-1',
      'upsert EndpointSlice shop/a',
      'upsert EndpointSlice shop/web-echo-1',
    ]);
  });

  test('a Service and its slice that come together never had echo pods', async (t) => {
    const run = start(t);
    await run.send(loaded, 2);
    const events = await run.send([upsert(service('web')), upsert(slice('web-abc', 'web', [])), upsert(service('api'))], 4);
    assert.deepEqual(events.map(print).at(-1), 'upsert EndpointSlice shop/api-echo-1');
    assert.equal(events.length, 4);
  });

  test('ports that stay keep their servers, ports that go lose them', async (t) => {
    const run = start(t);
    const http = { name: 'http', port: 80, protocol: 'TCP' };
    const admin = { name: 'admin', port: 9000, protocol: 'TCP' };
    const first = await run.send([upsert(withSpec('web', { ports: [http, admin] })), ...loaded], 4);
    const second = await run.send([upsert(withSpec('web', { ports: [http] }))], 2);
    assert.deepEqual(second.map(print), ['upsert Service shop/web', 'upsert EndpointSlice shop/web-echo-1']);
    assert.equal(portOf(second, 'shop/web-echo-1'), portOf(first, 'shop/web-echo-1'));
    assert.equal(sliceIn(second, 'shop/web-echo-1').ports.length, 1);
    await eventually(async () => assert.ok(await refusesConnections(portOf(first, 'shop/web-echo-1', 1))));

    const third = await run.send([upsert(withSpec('web', { ports: [http], clusterIP: '10.96.0.9' })), remove(service('web'))], 3);
    assert.deepEqual(third.map(print), ['upsert Service shop/web', 'delete Service shop/web', 'delete EndpointSlice shop/web-echo-1']);
  });

  test('a change that echo pods do not care about says nothing of them', async (t) => {
    const run = start(t);
    await run.send([upsert(service('web')), ...loaded], 4);
    const events = await run.send([upsert(withSpec('web', { clusterIP: '10.96.0.9' })), { type: 'synced', kind: 'Secret' }], 2);
    const later = await run.send([{ type: 'synced', kind: 'Ingress' }], 1);
    assert.deepEqual([...events, ...later].map(print), ['upsert Service shop/web', 'synced Secret', 'synced Ingress']);
  });

  test('a number of pods that is none is a problem until it is corrected', async (t) => {
    const run = start(t);
    const events = await run.send([upsert(withSpec('web', {}, { 'naru.io/echo-pods': 'many' })), ...loaded], 5);
    const found = events.find((event) => event.type === 'problems');
    assert.equal(found?.problems[0]?.message, 'naru.io/echo-pods is "many", which is not a whole number from 1 to 20.');
    const later = await run.send([upsert(withSpec('web', {}, { 'naru.io/echo-pods': '2' }))], 3);
    assert.deepEqual(later.map(print), [
      'upsert Service shop/web',
      'upsert EndpointSlice shop/web-echo-2',
      'problems echo pods of Service shop/web 0',
    ]);
  });

  test('the cause is that of the event behind it', async (t) => {
    const run = start(t);
    const events = await run.send([{ ...upsert(service('web')), cause: 'shop.yaml' } as KubeEvent, ...loaded], 4);
    const made = events.find((event) => event.type === 'upsert' && event.kind === 'EndpointSlice');
    assert.equal(made?.type === 'upsert' && made.cause, 'shop.yaml');
  });

  test('unsubscribing closes the servers', async (t) => {
    const run = start(t);
    const port = portOf(await run.send([upsert(service('web')), ...loaded], 4), 'shop/web-echo-1');
    run.stop();
    await eventually(async () => assert.ok(await refusesConnections(port)));
  });

  test('a server that is being started is closed too: nothing keeps the process', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'stop-echo-early.ts')], { timeout: 20_000 });
    assert.equal(stdout, 'unsubscribed\n');
  });
});
