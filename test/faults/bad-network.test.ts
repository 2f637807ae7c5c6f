// The network between Envoy and Naru is slow, narrow, or breaks at any moment, while things change.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import type { EnvoyProcess } from '../../src/dev/envoy-process.ts';
import { choosePort } from '../../src/dev/ports.ts';
import { startEdge } from '../support/edge.ts';
import { eventually } from '../support/eventually.ts';
import { Load } from '../support/load.ts';
import { Replica } from '../support/replica.ts';
import { Shop } from '../support/shop.ts';
import { type Conditions, TcpProxy } from '../support/tcp-proxy.ts';

describe('an Envoy behind a bad network', () => {
  let shop: Shop;
  let naru: Replica;
  let network: TcpProxy;
  let envoy: EnvoyProcess;
  let changes = 0;

  before(async () => {
    shop = await Shop.open();
    naru = await Replica.start(shop);
    network = await TcpProxy.start(await choosePort(0), naru.adsPort);
    envoy = await startEdge('edge-1', network.port);
    await naru.accepted();
    await shop.serves();
  });

  after(async () => {
    await envoy?.stop();
    await network?.close();
    await naru?.end();
    await shop?.close();
  });

  /** Paths come and go, and a pod is replaced by another. */
  async function change(): Promise<{ readonly there: string; readonly gone: string }> {
    const [gone, there, pod] = [`/old-${++changes}`, `/new-${changes}`, `web-${changes}`];
    await shop.addPath(gone);
    const port = await shop.runPod(pod);
    await shop.addPath(there);
    await shop.removePath(gone);
    await naru.takesIn(port);
    await shop.removePod(pod, () => naru.leftOut(port));
    return { there, gone };
  }

  async function changeOften(rounds: number): ReturnType<typeof change> {
    for (let round = 1; round < rounds; round++) await change();
    return change();
  }

  async function converges({ there, gone }: { readonly there: string; readonly gone: string }): Promise<void> {
    await naru.accepted();
    await eventually('the last change is live', async () => {
      const [added, removed] = await Promise.all([shop.get('http', there), shop.get('http', gone)]);
      return added.status === 200 && removed.status === 404 ? true : undefined;
    });
  }

  /** How many connections were broken. */
  async function cutUntil(done: AbortSignal, everyMs: number): Promise<number> {
    let cuts = 0;
    while (!done.aborted) {
      await delay(Math.random() * 2 * everyMs);
      cuts += network.cut();
    }
    return cuts;
  }

  const cases: readonly (readonly [name: string, conditions: Conditions, rounds: number, cutEveryMs?: number])[] = [
    ['slow', { delayMs: 50 }, 2],
    ['narrow', { bytesPerSecond: 20_000 }, 2],
    ['breaking', { delayMs: 5 }, 3, 200],
  ];
  for (const [name, conditions, rounds, cutEveryMs] of cases) {
    test(`which is ${name} follows all changes, and loses no request`, async (t) => {
      network.conditions = conditions;
      const load = new Load(t, 300, shop.visit);
      const changed = new AbortController();
      const changing = changeOften(rounds).finally(() => changed.abort());
      const cuts = cutEveryMs === undefined ? 0 : await cutUntil(changed.signal, cutEveryMs);
      await converges(await changing);
      network.conditions = {};
      const { sent, failures } = await load.stop();
      assert.deepEqual(failures, []);
      assert.ok(sent > 0);
      assert.equal(cuts > 0, cutEveryMs !== undefined);
    });
  }
});
