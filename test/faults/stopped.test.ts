// A process stands still without ending, as on a starved machine: its connections stay open, and nobody answers on them.
import assert from 'node:assert/strict';
import type { Agent } from 'node:http';
import { after, before, describe, test } from 'node:test';
import type { EnvoyProcess } from '../../src/dev/envoy-process.ts';
import { connectionTo, lastUpdates, startEdge } from '../support/edge.ts';
import { eventually } from '../support/eventually.ts';
import { Load } from '../support/load.ts';
import { Replica } from '../support/replica.ts';
import { Shop } from '../support/shop.ts';

const perSecond = 300;

describe('a process that stands still', () => {
  let shop: Shop;
  let naru: Replica;
  let envoys: readonly EnvoyProcess[] = [];

  before(async () => {
    shop = await Shop.open();
    naru = await Replica.start({ kubeconfig: shop.kubeconfig, flags: [...shop.flags, '--proof-envoy', 'edge-1'] });
    envoys = [await startEdge('edge-1', naru.adsPort), await startEdge('edge-2', naru.adsPort)];
    await naru.accepted(0, 2);
    await shop.serves();
  });

  after(async () => {
    for (const envoy of envoys) signal(envoy, 'SIGCONT');
    naru?.resume();
    await Promise.all(envoys.map((envoy) => envoy.stop()));
    await naru?.end();
    await shop?.close();
  });

  function signal({ pid }: EnvoyProcess, name: 'SIGSTOP' | 'SIGCONT'): void {
    if (pid !== undefined) process.kill(pid, name);
  }

  async function visit(agent: Agent | undefined, path = '/'): Promise<string | undefined> {
    const { status } = await shop.get('http', path, agent === undefined ? {} : { agent });
    return status === 200 ? undefined : `${path}: status ${status}`;
  }

  for (const [index, role] of ['that tries each change first', 'that gets changes when another has tried them'].entries()) {
    test(`an Envoy ${role} holds no other back, and gets the newest when it goes on`, async (t) => {
      const [stopped, other] = index === 0 ? envoys : envoys.toReversed();
      assert.ok(stopped !== undefined && other !== undefined);
      const agents: Agent[] = [];
      t.after(() => agents.forEach((agent) => agent.destroy()));
      while (agents.length < 9) agents.push(await connectionTo(other, shop));
      const [spare, ...loaded] = agents;
      let turn = 0;
      signal(stopped, 'SIGSTOP');
      const load = new Load(t, perSecond, () => visit(loaded[turn++ % loaded.length]));
      const paths = Array.from({ length: 6 }, (_, change) => `/stopped-${index}-${change}`);
      const tookMs: number[] = [];
      for (const path of paths) {
        await shop.addPath(path);
        const begun = performance.now();
        await eventually(`${path} is live at the other`, async () => ((await visit(spare, path)) === undefined ? true : undefined));
        tookMs.push(Math.round(performance.now() - begun));
      }
      t.diagnostic(`live after ${tookMs.join(', ')} ms`);
      assert.ok(
        tookMs.every((ms, change) => ms < (change === 0 && index === 0 ? 7_000 : 2_000)),
        `${tookMs.join(', ')} ms`,
      );
      const { version } = await naru.snapshot();
      const others = `edge-${2 - index}`;
      await eventually('the other runs it', async () =>
        (await naru.proxies()).find(({ id }) => id === others)?.acceptedVersion === version ? true : undefined,
      );
      const earlier = await naru.answers();
      signal(stopped, 'SIGCONT');
      await naru.accepted(version - 1, 2);
      const answers = await naru.answers();
      const caughtUp = (answers['scopes ack'] ?? 0) - (earlier['scopes ack'] ?? 0);
      // The one under way when it stopped, the one it was to go on with, and the newest.
      assert.ok(caughtUp >= 1 && caughtUp <= 3, `${caughtUp} scopes for ${paths.length} changes`);
      const mine = await connectionTo(stopped, shop);
      agents.push(mine);
      for (const path of paths) assert.equal(await visit(mine, path), undefined);
      assert.deepEqual((await load.stop()).failures, []);
    });
  }

  test('Naru: Envoys go on with what they have, and get what changed meanwhile when it goes on', async (t) => {
    const [first] = envoys;
    assert.ok(first !== undefined);
    const { version } = await naru.snapshot();
    const updates = await lastUpdates(first);
    const load = new Load(t, perSecond, shop.visit);
    naru.pause();
    await shop.addPath('/meanwhile');
    await shop.runPod('web-c');
    assert.equal((await shop.get('http', '/meanwhile')).status, 404);
    naru.resume();
    await eventually('both changes are live', async () => {
      const { status, body } = await shop.get('http', '/meanwhile');
      return status === 200 && body.includes('web-c') ? true : undefined;
    });
    await naru.accepted(version, 2);
    const now = await lastUpdates(first);
    const changed = Object.keys(now).filter((name) => now[name] !== updates[name]);
    assert.deepEqual(changed, ['scopes ingress']);
    await shop.removePod('web-c', (port) => naru.leftOut(port, 2));
    assert.deepEqual((await load.stop()).failures, []);
  });
});
