// The API server and Naru are killed by SIGKILL, at any moment, under load.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { EnvoyProcess } from '../../src/dev/envoy-process.ts';
import { sharedControlPlane } from '../support/cluster.ts';
import type { AddedServer } from '../support/control-plane.ts';
import { lastUpdates, startEdge } from '../support/edge.ts';
import { eventually } from '../support/eventually.ts';
import { Load } from '../support/load.ts';
import { Replica } from '../support/replica.ts';
import { Shop } from '../support/shop.ts';

const perSecond = 300;

describe('what is killed', () => {
  let shop: Shop;
  let api: AddedServer;
  let naru: Replica;
  let envoy: EnvoyProcess;

  before(async () => {
    shop = await Shop.open();
    api = await (await sharedControlPlane()).addServer();
    const flags = [...shop.flags, '--state-dir', join(shop.folder, 'state'), '--state-keys'];
    naru = await Replica.start({ kubeconfig: api.kubeconfig, flags });
    envoy = await startEdge('edge-1', naru.adsPort);
    await naru.accepted();
    await shop.serves();
  });

  after(async () => {
    await envoy?.stop();
    await naru?.end();
    await api?.kill();
    await shop?.close();
  });

  /** Changes are made by another API server, which lives on. */
  async function isServed(path: string): Promise<void> {
    await eventually(`${path} is served`, async () => ((await shop.get('http', path)).status === 200 ? true : undefined), {
      deadlineMs: 60_000,
    });
  }

  test('the API server: Envoys are sent nothing, and get what was changed when it is there again', async (t) => {
    const { version } = await naru.snapshot();
    const updates = await lastUpdates(envoy);
    const load = new Load(t, perSecond, shop.visit);
    await api.kill();
    await shop.addPath('/meanwhile');
    await eventually('Naru says that it cannot watch', () => (/"kind":"Ingress".*ECONNREFUSED/.test(naru.log) ? true : undefined));
    assert.equal((await naru.snapshot()).version, version);
    assert.deepEqual(await lastUpdates(envoy), updates);
    await api.start();
    await isServed('/meanwhile');
    assert.deepEqual((await load.stop()).failures, []);
  });

  test('Naru, again and again while things change: no request fails, and it ends with the newest', async (t) => {
    const load = new Load(t, perSecond, shop.visit);
    for (let round = 1; round <= 6; round++) {
      const changed = shop.addPath(`/round-${round}`);
      await delay(Math.random() * 1500);
      await naru.end('SIGKILL');
      naru.start();
      await changed;
    }
    for (let round = 1; round <= 6; round++) await isServed(`/round-${round}`);
    assert.deepEqual((await load.stop()).failures, []);
  });
});
