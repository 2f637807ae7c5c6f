// Against a real Envoy: what a test client of our own cannot prove.
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { filter, firstValueFrom, timeout } from 'rxjs';
import type { ProxyState } from '../../src/ads/proxy-state.ts';
import { AdsServer } from '../../src/ads/server.ts';
import type { Acknowledgement } from '../../src/ads/acknowledgement.ts';
import type { Resource } from '../../src/snapshot/resource.ts';
import { protocols, type Protocol } from './client.ts';
import { Publisher } from './fake-resources.ts';
import {
  eventually,
  olderEnvoy,
  realCluster,
  realEndpoints,
  realListener,
  realRoutes,
  request,
  startBackend,
  startEnvoy,
  startLoad,
  type RealEnvoy,
} from './real-envoy.ts';

const graceMs = 200;

class Control {
  readonly publisher = new Publisher();
  readonly answers: Acknowledgement[] = [];
  server: AdsServer;
  port = 0;

  constructor() {
    this.server = this.#newServer();
  }

  get proxy(): ProxyState | undefined {
    return this.server.proxies()[0];
  }

  async start(t: TestContext): Promise<void> {
    ({ port: this.port } = await this.server.start());
    t.after(() => this.server.stop());
  }

  /** The controller goes away and comes back at the same place; the fleet and its snapshot stay but for what changes meanwhile. */
  async restart(meanwhile: readonly (Resource | string)[] = []): Promise<void> {
    await this.server.stop();
    this.publisher.publish(...meanwhile);
    this.server = this.#newServer();
    await this.server.start();
  }

  /** Publishes, and waits until Envoy runs it completely. */
  async publish(...changes: readonly (Resource | string)[]): Promise<number> {
    const snapshot = this.publisher.next(...changes);
    const accepted = firstValueFrom(
      this.server.accepted.pipe(
        filter((each) => each.snapshot === snapshot.number),
        timeout(10_000),
      ),
    );
    this.publisher.fleet.publish(snapshot);
    return (await accepted).tookMs;
  }

  #newServer(): AdsServer {
    const server = new AdsServer({ fleets: [this.publisher.fleet], host: '127.0.0.1', port: this.port, removalGraceMs: graceMs });
    server.acknowledgements.subscribe((answer) => void this.answers.push(answer));
    return server;
  }
}

interface Setting {
  readonly protocol: Protocol;
  readonly control: Control;
  readonly envoy: RealEnvoy;
  readonly url: string;
  /** The ports of two backends that answer with these words. */
  readonly one: number;
  readonly two: number;
}

async function becomes(url: string, word: string): Promise<void> {
  await eventually(`the answer ${word}`, async () => ((await request(url)).body === word ? true : undefined));
}

async function endpointsChange(t: TestContext, { control, url, two }: Setting): Promise<void> {
  t.diagnostic(`endpoints accepted after ${Math.round(await control.publish(realEndpoints('a', two)))} ms`);
  await becomes(url, 'two');
}

async function clustersSwap(t: TestContext, { control, envoy, url, one, two }: Setting): Promise<void> {
  const load = startLoad(url);
  let [current, took] = ['a', 0];
  for (let count = 0; count < 20; count++) {
    await load.more(30);
    const next = `b${count}`;
    const added = [realCluster(next), realEndpoints(next, count % 2 === 1 ? one : two), realRoutes('r', next)];
    took += await control.publish(...added, `clusters/${current}`, `endpoints/${current}`);
    current = next;
  }
  const { total, failures } = await load.stop();
  t.diagnostic(`${total} requests, ${failures.length} failures, ${(took / 20).toFixed(1)} ms to accept`);
  assert.deepEqual(failures, []);
  assert(total > 500);
  await eventually('the old clusters to go', async () => (/^b(?!19)\d+::|^a::/m.test(await envoy.admin('/clusters')) ? undefined : true));
  assert.match(await envoy.admin('/clusters'), /^b19::/m);
  await eventually('what the proxy holds', () => (control.proxy?.types.clusters.resources === 1 ? true : undefined));
}

/** A snapshot in every millisecond: Envoy needs several for one round of clusters, endpoints and routes. */
async function clustersChurn(t: TestContext, { control, url, one, two }: Setting): Promise<void> {
  const load = startLoad(url);
  const before = control.answers.length;
  let published = 0;
  const churn = setInterval(() => {
    const [last, next] = [published === 0 ? 'b19' : `d${published}`, `d${++published}`];
    const routes = [realCluster(next), realEndpoints(next, published % 2 === 1 ? one : two), realRoutes('r', next)];
    control.publisher.publish(...routes, `clusters/${last}`, `endpoints/${last}`);
  }, 1);
  const routeAnswers = (): number => control.answers.slice(before).filter(({ type }) => type === 'routes').length;
  await eventually('twenty new route tables, while snapshots keep coming', () => (routeAnswers() >= 20 ? true : undefined)).finally(() =>
    clearInterval(churn),
  );
  const { total, failures } = await load.stop();
  t.diagnostic(`${published} snapshots, ${routeAnswers()} times routes, ${total} requests, ${failures.length} failures`);
  assert(published > routeAnswers(), 'snapshots came no faster than Envoy took them');
  assert.deepEqual(failures, []);
  await control.publish(
    realCluster('b19'),
    realEndpoints('b19', two),
    realRoutes('r', 'b19'),
    `clusters/d${published}`,
    `endpoints/d${published}`,
  );
  await eventually('what the proxy holds', () => (control.proxy?.types.clusters.resources === 1 ? true : undefined));
}

async function clusterChanges(t: TestContext, { control, url }: Setting): Promise<void> {
  const load = startLoad(url);
  const took = await control.publish(realCluster('b19', { connect_timeout: '2s' }));
  const { failures } = await load.stop();
  t.diagnostic(`changed cluster accepted after ${Math.round(took)} ms`);
  assert(took < 5_000, 'Envoy waits 15 s when endpoints do not follow their cluster');
  assert.deepEqual(failures, []);
}

async function badClusterIsRefused(t: TestContext, { protocol, control, envoy, one }: Setting): Promise<void> {
  const [good, bad] = [realCluster('good'), realCluster('bad', { connect_timeout: '-1s' })];
  control.publisher.publish(good, realEndpoints('good', one), bad, realEndpoints('bad', one));
  const refusal = await eventually('a refusal', () => control.proxy?.types.clusters.refused);
  t.diagnostic(`refused: ${refusal.names.join(', ')}: ${refusal.message.replaceAll(/\s+/g, ' ')}`);
  if (protocol === 'delta') {
    await eventually('the neighbour', async () => (/^good::/m.test(await envoy.admin('/clusters')) ? true : undefined));
    assert.deepEqual(control.proxy?.types.clusters.refused?.names, ['bad']);
  }
  await control.publish(realCluster('bad'));
  assert.match(await envoy.admin('/clusters'), /^good::/m);
  assert.equal(control.proxy?.types.clusters.refused, undefined);
}

async function controllerRestarts(t: TestContext, { protocol, control, url, one }: Setting): Promise<void> {
  const load = startLoad(url);
  const before = control.answers.length;
  await control.restart();
  await eventually('the return', () => (control.proxy?.accepted === control.publisher.fleet.current?.number ? true : undefined));
  const answers = control.answers.slice(before).map(({ type, names }) => `${type}: ${names.join(' ')}`);
  t.diagnostic(`sent again after the restart: ${answers.join('; ') || 'nothing'}`);
  if (protocol === 'delta') assert.deepEqual(answers, []);
  await control.publish(realEndpoints('b19', one));
  const { failures } = await load.stop();
  assert.deepEqual(failures, []);
  await becomes(url, 'one');
}

async function clusterGoesMeanwhile(t: TestContext, { control, envoy, url, one, two }: Setting): Promise<void> {
  const load = startLoad(url);
  let current = 'b19';
  for (let count = 0; count < 5; count++) {
    await load.more(30);
    const next = `e${count}`;
    const added = [realCluster(next), realEndpoints(next, count % 2 === 1 ? one : two), realRoutes('r', next)];
    await control.restart([...added, `clusters/${current}`, `endpoints/${current}`]);
    await eventually('the return', () => (control.proxy?.accepted === control.publisher.fleet.current?.number ? true : undefined));
    current = next;
  }
  await load.more(30);
  const { total, failures } = await load.stop();
  t.diagnostic(`${total} requests, ${failures.length} failures`);
  assert.deepEqual(failures, []);
  await eventually('the old clusters to go', async () => (/^(?:b|e[0-3])\d*::/m.test(await envoy.admin('/clusters')) ? undefined : true));
}

const envoys = [
  { name: 'a real Envoy', version: /^1\.40\.0$/, binary: () => undefined },
  { name: 'an older Envoy', version: /^1\.39\./, binary: olderEnvoy },
];

for (const [protocol, { name, version, binary }] of protocols.flatMap((each) => envoys.map((envoy) => [each, envoy] as const))) {
  test(`${protocol}: ${name} starts, follows, and never fails a request`, async (t) => {
    const [one, two] = [await startBackend(t, 'one'), await startBackend(t, 'two')];
    const control = new Control();
    await control.start(t);
    const first = control.publish(realCluster('a'), realEndpoints('a', one), realListener('l', 'r'), realRoutes('r', 'a'));
    const envoy = await startEnvoy(t, protocol, control.port, binary());
    t.diagnostic(`first snapshot accepted after ${Math.round(await first)} ms`);
    const url = `http://127.0.0.1:${await envoy.listenerPort()}/`;
    await becomes(url, 'one');
    assert.match(control.proxy?.version ?? '', version);

    const setting = { protocol, control, envoy, url, one, two };
    await t.test('endpoints change', (step) => endpointsChange(step, setting));
    await t.test('routes move to new clusters and the old ones go, under load', (step) => clustersSwap(step, setting));
    await t.test('routes get through while every snapshot brings another cluster, under load', (step) => clustersChurn(step, setting));
    await t.test('a changed cluster is warm at once', (step) => clusterChanges(step, setting));
    await t.test('a bad cluster is refused with its reason, its neighbour gets through', (step) => badClusterIsRefused(step, setting));
    await t.test('the controller restarts', (step) => controllerRestarts(step, setting));
    await t.test('a cluster goes while the controller is away, under load', (step) => clusterGoesMeanwhile(step, setting));
  });
}
