// Two Narus serve the same cluster. An Envoy that goes from one to the other is sent nothing.
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { choosePort } from '../../src/dev/ports.ts';
import { lastUpdates, startEdge } from '../support/edge.ts';
import { eventually } from '../support/eventually.ts';
import { Load } from '../support/load.ts';
import { Replica } from '../support/replica.ts';
import { Shop } from '../support/shop.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';

test('an Envoy that connects to another replica is sent nothing, and goes on from there', async (t) => {
  const shop = await Shop.open();
  t.after(() => shop.close());
  const state = (name: string): readonly string[] => ['--state-dir', join(shop.folder, name), '--state-keys'];
  const one = await Replica.start({ kubeconfig: shop.kubeconfig, flags: [...shop.flags, ...state('one')] });
  t.after(() => one.end());
  await eventually('the first has a snapshot', async () => ((await one.snapshot()).version > 0 ? true : undefined));
  // The certificate for hosts that have none would otherwise be made by each for itself.
  cpSync(join(shop.folder, 'one'), join(shop.folder, 'two'), { recursive: true });
  const two = await Replica.start({ kubeconfig: shop.kubeconfig, flags: [...shop.flags, ...state('two')] });
  t.after(() => two.end());
  const network = await TcpProxy.start(await choosePort(0), one.adsPort);
  t.after(() => network.close());
  const envoy = await startEdge('edge-1', network.port);
  t.after(() => envoy.stop());
  await one.accepted();
  await shop.serves();
  // Changes that each of them gathers in its own way.
  await Promise.all([shop.addPath('/a'), shop.addPath('/b'), shop.runPod('web-c')]);
  await eventually('both have seen it all', async () => {
    const [a, b] = [await one.snapshot(), await two.snapshot()];
    return a.hash === b.hash && (await shop.get('http', '/b')).status === 200 ? true : undefined;
  });
  await one.accepted();
  const updates = await lastUpdates(envoy);

  const load = new Load(t, 300, shop.visit);
  network.targetPort = two.adsPort;
  network.cut();
  await two.accepted();
  assert.equal((await two.snapshot()).hash, (await one.snapshot()).hash);
  assert.deepEqual(await two.answers(), {});
  assert.deepEqual(await lastUpdates(envoy), updates);
  await one.end('SIGKILL');
  await shop.addPath('/c');
  await eventually('the other replica serves changes', async () => ((await shop.get('http', '/c')).status === 200 ? true : undefined));
  const { failures } = await load.stop();
  assert.deepEqual(failures, []);
});
