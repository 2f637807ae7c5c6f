// The connection manager of TLS hosts, which their filter chains only name, in real Envoys.
import assert from 'node:assert/strict';
import { type ClientHttp2Session, connect } from 'node:http2';
import { test, type TestContext } from 'node:test';
import { defaultEdgeSettings } from '../../src/ingress/config/edge.ts';
import type { EdgeSettings } from '../../src/model/edge.ts';
import { certificateFor } from '../support/certificates.ts';
import { eventually } from '../support/eventually.ts';
import { Load } from '../support/load.ts';
import { ModelFleet } from '../support/model-fleet.ts';
import { quarantineKey } from '../../src/xds/quarantine/quarantine.ts';
import { answering, certificate, hosts, type ModelRows } from '../support/model-source.ts';

const names = ['a.test', 'b.test', 'c.test'];
const usual = defaultEdgeSettings();
/** Envoy refuses the connection manager that comes of it. */
const refused: EdgeSettings = { ...usual, blocked: { ...usual.blocked, userAgents: [{ type: 'regex', text: '(' }] } };

/** Every answer says who made it. */
function answeredBy(server: string): { readonly edge: EdgeSettings } {
  return { edge: { ...usual, answers: { ...usual.answers, server } } };
}

async function world(): Promise<ModelRows> {
  const made = certificate('s', await certificateFor(names));
  return {
    virtualHosts: hosts(...names.map((hostname) => ({ hostname, routes: [answering('/', hostname, 'web')] }))),
    certificates: { [made.key]: made },
    hostCertificates: Object.fromEntries(names.map((name) => [name, { certificate: made.key }])),
  };
}

async function serving(t: TestContext): Promise<ModelFleet> {
  const fleet = await ModelFleet.start(['node-1']);
  t.after(() => fleet.stop());
  await fleet.given({ ...(await world()), ...answeredBy('first') });
  return fleet;
}

async function servers(fleet: ModelFleet): Promise<readonly unknown[]> {
  return Promise.all(names.map(async (name) => (await fleet.get(`https://${name}/`)).headers['server']));
}

/** A connection that stays open, and what has become of it. */
class Open {
  ended = '';
  readonly #session: ClientHttp2Session;

  constructor(t: TestContext, fleet: ModelFleet, servername: string) {
    const to = { host: '127.0.0.1', port: fleet.ports.https, servername, rejectUnauthorized: false };
    this.#session = connect(`https://${servername}`, to);
    t.after(() => this.#session.destroy());
    this.#session.on('goaway', () => (this.ended ||= 'it was sent away'));
    this.#session.on('close', () => (this.ended ||= 'it was closed'));
    this.#session.on('error', (error) => (this.ended ||= String(error)));
  }

  /** Who answers a request. */
  ask(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const stream = this.#session.request({ ':path': '/' });
      stream.once('response', (headers) => resolve(headers['server']));
      stream.once('error', reject);
      stream.resume().end();
    });
  }
}

function reports({ problems }: ModelFleet): readonly string[] {
  return problems.map(({ code, source, done }) => `${code} ${source.kind} ${source.name}: ${done}`);
}

const putBack = ['http', 'https'].map((name) => `NR701 Naru listener ${name}: What Envoy accepted before is still served.`);

test('a TLS host more adds less than a kilobyte to the listener, and Envoy has the connection manager already', async (t) => {
  const fleet = await serving(t);
  const size = (): number => fleet.assembly.current?.resources.listeners.get('https')?.bytes.length ?? 0;
  const before = size();
  const answers: string[] = [];
  const listening = fleet.ads.acknowledgements.subscribe(({ type }) => answers.push(type));
  await fleet.given({
    virtualHosts: hosts({ hostname: 'd.test', routes: [answering('/', 'd', 'web')] }),
    hostCertificates: { 'd.test': {} },
  });
  await eventually('it is served', async () => (await fleet.status('https://d.test/')) === 200 || undefined);
  listening.unsubscribe();
  assert(size() - before < 1_000, `${size() - before} bytes`);
  assert.deepEqual([...new Set(answers)].sort(), ['listeners', 'scopes', 'secrets']);
});

test('another one is in effect for all TLS hosts, without a failed request; connections that are open are drained', async (t) => {
  const fleet = await serving(t);
  const open = new Open(t, fleet, 'a.test');
  assert.equal(await open.ask(), 'first');
  const load = new Load(t, 100, async () => {
    const name = names[Math.floor(Math.random() * names.length)];
    const { status } = await fleet.get(`https://${name}/`);
    return status === 200 ? undefined : `${name} ${status}`;
  });
  for (const server of ['second', 'third', 'second', 'first', 'last']) {
    await fleet.given(answeredBy(server));
    await eventually(`all are answered by ${server}`, async () => (await servers(fleet)).every((each) => each === server) || undefined);
  }
  const { sent, failures } = await load.stop();
  assert.deepEqual(failures, []);
  t.diagnostic(`${sent} requests`);
  assert.equal(await open.ask(), 'first', 'a connection goes on with what it began with');
  assert.match(await fleet.stats(0, 'total_filter_chains_draining'), /: [1-9]/, 'until it has been drained');
  assert.match(await fleet.stats(0, 'extension_config|listener_manager.listener_create_failure|update_rejected'), /^$/);
});

for (const rejectUnknownNames of [false, true]) {
  const without = rejectUnknownNames ? ', without a default chain' : '';
  test(`one that Envoy refuses harms nobody, and is told; a fresh Envoy gets what was good as well${without}`, async (t) => {
    const fleet = await serving(t);
    const tls = { ...usual.tls, rejectUnknownNames };
    await fleet.given({ edge: { ...answeredBy('first').edge, tls } });
    const open = new Open(t, fleet, 'a.test');
    assert.equal(await open.ask(), 'first');
    await fleet.given({ edge: { ...refused, tls } });
    assert.deepEqual(reports(fleet), putBack);
    assert.deepEqual(await servers(fleet), ['first', 'first', 'first']);
    assert.equal(await open.ask(), 'first');
    assert.equal(open.ended, '');

    await fleet.stopEnvoy(0);
    await fleet.addEnvoy('node-2');
    await fleet.settled();
    assert.deepEqual(await servers(fleet), ['first', 'first', 'first']);

    await fleet.given({ edge: { ...answeredBy('mended').edge, tls } });
    assert.deepEqual(reports(fleet), []);
    await eventually('what is mended', async () => (await servers(fleet)).every((each) => each === 'mended') || undefined);
  });
}

test('a restart of Naru sends nothing to an Envoy that has it; what has changed meanwhile is in effect', async (t) => {
  const fleet = await serving(t);
  const rows = await world();
  await fleet.given(rows);
  const open = new Open(t, fleet, 'a.test');
  assert.equal(await open.ask(), 'first');
  const answers: string[] = [];
  await fleet.restart({ ...rows, ...answeredBy('first') }, ({ type, names: of }) => answers.push(...of.map((name) => `${type} ${name}`)));
  assert.deepEqual(answers, []);
  assert.deepEqual(await servers(fleet), ['first', 'first', 'first']);
  await fleet.restart({ ...rows, ...answeredBy('second') });
  await eventually('what has changed', async () => (await servers(fleet)).every((each) => each === 'second') || undefined);
  assert.equal(await open.ask(), 'first');
  assert.equal(open.ended, '');
});

test('one that an Envoy refuses by itself stands in the chains, and the Envoy judges it in the listener', async (t) => {
  const fleet = await serving(t);
  const [extension] = fleet.assembly.current?.resources.extensions.values() ?? [];
  assert(extension !== undefined);
  const { name, version } = extension;
  const key = quarantineKey('extensions', name);
  const refusal = { proxy: 'node-1', message: 'no', since: 0, sources: [] };
  fleet.assembly.quarantine.set(key, { what: 'extensions', name, version, replacement: { type: 'left out' }, needs: [], refusal });
  await fleet.given({}, [key]);
  assert.equal(fleet.assembly.current?.resources.extensions.size, 0);
  assert.deepEqual(await servers(fleet), ['first', 'first', 'first']);
});
