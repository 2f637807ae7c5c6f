// One of two Envoys dies. The other does not notice, and the one that comes back gets everything.
import assert from 'node:assert/strict';
import type { Agent } from 'node:http';
import { test } from 'node:test';
import { connectionTo, lastUpdates, startEdge } from '../support/edge.ts';
import { eventually } from '../support/eventually.ts';
import { Load } from '../support/load.ts';
import { Replica } from '../support/replica.ts';
import { Shop } from '../support/shop.ts';

test('an Envoy that is killed comes back with everything, and the other goes on', async (t) => {
  const shop = await Shop.open();
  t.after(() => shop.close());
  const naru = await Replica.start(shop);
  t.after(() => naru.end());
  const [first, second] = [await startEdge('edge-1', naru.adsPort), await startEdge('edge-2', naru.adsPort)];
  t.after(() => Promise.all([first.stop(), second.stop()]));
  await naru.accepted(0, 2);
  await shop.serves();
  const agents: Agent[] = [];
  t.after(() => agents.forEach((agent) => agent.destroy()));
  // One after the other, because each counts connections.
  while (agents.length < 8) agents.push(await connectionTo(first, shop));
  const updates = await lastUpdates(first);
  const names = Object.keys(await lastUpdates(second)).sort();

  let turn = 0;
  const load = new Load(t, 300, async () => {
    const agent = agents[turn++ % agents.length];
    const { status } = await shop.get('http', '/', agent === undefined ? {} : { agent });
    return status === 200 ? undefined : `status ${status}`;
  });
  const { pid } = second;
  assert.ok(pid !== undefined);
  process.kill(pid, 'SIGKILL');
  await eventually('Naru knows that it is gone', async () => ((await naru.proxies()).length === 1 ? true : undefined));
  await naru.accepted(0, 2);
  assert.notEqual(second.pid, pid);
  const agent = await connectionTo(second, shop);
  assert.equal((await shop.get('http', '/', { agent })).status, 200);
  agent.destroy();
  const { sent, failures } = await load.stop();
  assert.deepEqual(failures, []);
  assert.ok(sent > 0);
  assert.deepEqual(Object.keys(await lastUpdates(second)).sort(), names);
  assert.deepEqual(await lastUpdates(first), updates, 'the other is sent nothing');
});
