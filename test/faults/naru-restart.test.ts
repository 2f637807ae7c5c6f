// Naru dies, the API server goes away, or both. Envoys go on with what they have, and are sent nothing that they have.
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { EnvoyProcess } from '../../src/dev/envoy-process.ts';
import { lastUpdates, startEdge } from '../support/edge.ts';
import { eventually } from '../support/eventually.ts';
import { Load } from '../support/load.ts';
import { Replica } from '../support/replica.ts';
import { Shop } from '../support/shop.ts';

const perSecond = 300;

describe('Naru with a folder for its state', () => {
  let shop: Shop;
  let envoy: EnvoyProcess;
  const replicas: Replica[] = [];

  async function startReplica(...flags: readonly string[]): Promise<Replica> {
    const [earlier] = replicas;
    const replica = await Replica.start({
      kubeconfig: shop.kubeconfig,
      flags: [...shop.flags, ...flags],
      ...(earlier === undefined ? {} : { adsPort: earlier.adsPort }),
    });
    replicas.push(replica);
    return replica;
  }

  before(async () => {
    shop = await Shop.open();
  });

  after(async () => {
    await envoy?.stop();
    await Promise.all(replicas.map((replica) => replica.end()));
    await shop?.close();
  });

  test('is killed and started again: nothing is sent', async (t) => {
    const naru = await startReplica('--state-dir', join(shop.folder, 'with-keys'), '--state-keys');
    envoy = await startEdge('edge-1', naru.adsPort);
    await naru.accepted();
    await shop.serves();
    const earlier = await naru.snapshot();
    const updates = await lastUpdates(envoy);
    const types = new Set(Object.keys(updates).map((name) => name.slice(0, name.indexOf(' '))));
    assert.deepEqual([...types].sort(), ['clusters', 'listeners', 'scopes', 'secrets'], JSON.stringify(updates));
    const load = new Load(t, perSecond, shop.visit);
    await naru.end('SIGKILL');
    naru.start();
    await naru.accepted();
    const { sent, failures } = await load.stop();
    assert.deepEqual(failures, []);
    assert.ok(sent > 0);
    assert.equal((await naru.snapshot()).hash, earlier.hash);
    assert.deepEqual(await naru.answers(), {});
    assert.deepEqual(await lastUpdates(envoy), updates);
    await naru.end('SIGTERM');
  });

  test('without an API server takes nothing from an Envoy that works, and serves one that has nothing', async (t) => {
    const naru = await startReplica('--state-dir', join(shop.folder, 'without-keys'));
    await naru.accepted();
    const { hash } = await naru.snapshot();
    await eventually('the state is kept', () => (existsSync(join(shop.folder, 'without-keys', 'naru.snapshot')) ? true : undefined));
    const updates = await lastUpdates(envoy);
    const load = new Load(t, perSecond, shop.visit);
    await shop.network.close();
    await naru.end('SIGKILL');
    naru.start();
    await eventually('the restored snapshot is served', async () => ((await naru.snapshot()).version === 1 ? true : undefined));
    const { cause } = await naru.snapshot();
    assert.ok(cause.startsWith(`restored from ${hash} of `), cause);
    assert.match(await naru.get('/readyz?verbose'), /^\[\+\]snapshot ok: snapshot 1, stale: restored from .*waiting for the first list/);
    assert.match(naru.log, /left out of it: listeners https, because secrets \S+ is not stored/);
    await eventually('the Envoy is connected again', async () =>
      (await naru.proxies())[0]?.types['clusters']?.subscribed ? true : undefined,
    );

    const fresh = await startEdge('edge-2', naru.adsPort);
    t.after(() => fresh.stop());
    await eventually('the new Envoy runs what was restored', async () => {
      const proxies = await naru.proxies();
      return proxies.find(({ id }) => id === 'edge-2')?.acceptedVersion === 1 ? true : undefined;
    });
    assert.deepEqual(listenersOf(await lastUpdates(fresh)), ['listeners http']);
    assert.deepEqual(await lastUpdates(envoy), updates, 'the other is not touched');

    await shop.network.open();
    const version = await naru.accepted(1, 2);
    assert.equal(version, 3);
    assert.deepEqual(listenersOf(await lastUpdates(fresh)), ['listeners http', 'listeners https']);
    const { failures } = await load.stop();
    assert.deepEqual(failures, []);
    const changed = Object.entries(await lastUpdates(envoy)).filter(([name, when]) => updates[name] !== when);
    assert.deepEqual(
      changed.map(([name]) => name),
      ['secrets default/certificate'],
      'without keys it is made anew',
    );
  });

  test('outlives an API server that goes away for a while, and takes in what was changed meanwhile', async (t) => {
    const naru = replicas.at(-1);
    assert.ok(naru !== undefined);
    // One that has not waited for the API server yet tries again soon.
    await naru.end('SIGKILL');
    naru.start();
    const version = await naru.accepted();
    const load = new Load(t, perSecond, shop.visit);
    await shop.network.close();
    await shop.addPath('/meanwhile');
    await shop.runPod('web-c');
    await delay(1000);
    assert.equal((await naru.snapshot()).version, version);
    assert.equal((await shop.get('http', '/meanwhile')).status, 404);
    await shop.network.open();
    await eventually(
      'both changes are live',
      async () => {
        const { status, body } = await shop.get('http', '/meanwhile');
        return status === 200 && body.includes('web-c') ? true : undefined;
      },
      { deadlineMs: 20_000 },
    );
    await shop.removePod('web-c', (port) => naru.leftOut(port));
    const { failures } = await load.stop();
    assert.deepEqual(failures, []);
  });
});

function listenersOf(updates: Readonly<Record<string, string>>): string[] {
  return Object.keys(updates)
    .filter((name) => name.startsWith('listeners '))
    .sort();
}
