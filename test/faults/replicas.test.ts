// Two Narus serve the same cluster. An Envoy that goes from one to the other is sent nothing.
import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { choosePort } from '../../src/dev/ports.ts';
import { typeNames } from '../../src/snapshot/resource.ts';
import { lastUpdates, startEdge } from '../support/edge.ts';
import { eventually } from '../support/eventually.ts';
import { Load } from '../support/load.ts';
import { Replica } from '../support/replica.ts';
import { Shop } from '../support/shop.ts';
import { TcpProxy } from '../support/tcp-proxy.ts';
import { WatchedIngresses } from '../support/watched-ingresses.ts';

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

test('one of two is killed: both Envoys go to the other, which sends them nothing, and writes statuses from then on', async (t) => {
  const shop = await Shop.open();
  t.after(() => shop.close());
  const watched = await WatchedIngresses.start(shop.kubeconfig, shop.namespace);
  t.after(() => watched.stop());
  const replica = async (name: string, address: string): Promise<Replica> => {
    const state = ['--state-dir', join(shop.folder, name), '--state-keys'];
    const lease = ['--lease-namespace', shop.namespace, '--lease-duration', '6'];
    const started = await Replica.start({
      kubeconfig: shop.kubeconfig,
      flags: [...shop.flags, ...state, ...lease, '--publish-status-address', address],
    });
    t.after(() => started.end());
    await eventually(`${name} has a snapshot`, async () => ((await started.snapshot()).version > 0 ? true : undefined));
    return started;
  };
  const leads = async (one: Replica): Promise<boolean> => /^naru_leader 1$/m.test(await one.get('/metrics'));
  const contents = (one: Replica): Promise<readonly string[]> => Promise.all(typeNames.map((type) => one.get(`/debug/xds/${type}`)));

  const one = await replica('one', '192.0.2.1');
  cpSync(join(shop.folder, 'one'), join(shop.folder, 'two'), { recursive: true });
  const two = await replica('two', '192.0.2.2');
  // As a Service that forgets a pod which is gone.
  const service = await TcpProxy.start(await choosePort(0), one.adsPort);
  t.after(() => service.close());
  const envoys = [await startEdge('edge-1', service.port), await startEdge('edge-2', service.port)];
  t.after(() => Promise.all(envoys.map((envoy) => envoy.stop())));
  await one.accepted(0, 2);
  await shop.serves();
  await eventually('the first one leads', async () => ((await leads(one)) ? true : undefined));
  await eventually('it has written where the shop is', () =>
    watched.written(`${shop.namespace}/web`).at(-1) === '192.0.2.1' ? true : undefined,
  );
  assert.equal(await leads(two), false);
  assert.equal((await two.snapshot()).hash, (await one.snapshot()).hash);
  assert.deepEqual(await contents(two), await contents(one));
  const updates = await Promise.all(envoys.map(lastUpdates));

  const load = new Load(t, 300, shop.visit);
  await one.end('SIGKILL');
  service.targetPort = two.adsPort;
  await two.accepted(0, 2);
  assert.deepEqual(await two.answers(), {});
  assert.deepEqual(await Promise.all(envoys.map(lastUpdates)), updates);
  await eventually('the other one leads', async () => ((await leads(two)) ? true : undefined));
  const later = watched.addressesOf(`${shop.namespace}/later`);
  await shop.addPath('/later');
  assert.deepEqual(await later, [{ ip: '192.0.2.2' }]);
  await eventually('what the first one wrote is written over', () =>
    watched.written(`${shop.namespace}/web`).at(-1) === '192.0.2.2' ? true : undefined,
  );
  assert.deepEqual(watched.written(`${shop.namespace}/web`), ['', '192.0.2.1', '192.0.2.2']);
  const { failures } = await load.stop();
  assert.deepEqual(failures, []);
});
