// A running Envoy accepts what a fresh one refuses, because its runtime was changed since: nobody would notice until the next
// one is started, and that one would have no routes at all.
import assert from 'node:assert/strict';
import { after, before, describe, test, type TestContext } from 'node:test';
import { freshEnvoys } from '../../src/cli/servers/fresh-envoy.ts';
import { eventually } from '../support/eventually.ts';
import { ModelFleet } from '../support/model-fleet.ts';
import { answering, hosts, type ModelRows } from '../support/model-source.ts';
import { refusedHost, strictEnvoy } from '../support/strict-envoy.ts';

const small = '*.a.test';
const big = refusedHost;

let fleet: ModelFleet;
let strict: Awaited<ReturnType<typeof strictEnvoy>>;

describe('cold proof', () => {
  before(async () => {
    strict = await strictEnvoy();
    fleet = await ModelFleet.start(['node-1'], { coldProof: { startEnvoy: freshEnvoys(strict.path), delayMs: 20 } });
  });

  after(async () => {
    await fleet.stop();
    strict.remove();
  });

  /** Changes the Model, and resolves when what is served then is proven from cold. */
  async function given(t: TestContext, rows: ModelRows): Promise<void> {
    await fleet.given(rows);
    await eventually('it is proven', () => {
      const { snapshot, result, tookMs } = fleet.coldProof ?? {};
      if (snapshot !== fleet.assembly.current?.number || result !== 'accepted') return undefined;
      t.diagnostic(`${Math.round(tookMs ?? 0)} ms`);
      return true;
    });
    await fleet.settled();
  }

  function host(hostname: string, text: string, owner: string) {
    return { hostname, routes: [answering('/', text, owner)] };
  }

  function reports(): readonly string[] {
    return fleet.problems.map(({ source, message, done }) => `${source.name}: ${message} ${done}`);
  }

  async function body(name: string): Promise<string> {
    return (await fleet.get(`http://${name}/`)).body;
  }

  test('what a fresh Envoy accepts stays, and it has opened no port', async (t) => {
    await given(t, { virtualHosts: hosts(host('first.test', 'first', 'first'), host(small, 'small', 'small')) });
    assert.equal(await body('x.a.test'), 'small');
    assert.deepEqual(reports(), []);
    assert.deepEqual(fleet.log, []);
  });

  test('of twenty hosts one is refused by a fresh Envoy alone: it is put aside for all, and named', async (t) => {
    const others = Array.from({ length: 19 }, (_, index) => host(`h${index}.test`, 'new', `i${index}`));
    await given(t, { virtualHosts: hosts(host(big, 'big', 'big'), ...others) });
    const [report, ...more] = reports();
    assert.deepEqual(more, []);
    assert.match(report ?? '', /^big: Envoy cold-proof refused host \*\.bbb\S*: .*program size.* The host is not served\.$/);
    for (const { hostname } of others) assert.equal(await body(hostname), 'new');
    assert.equal(await fleet.status(`http://x.${big.slice(2)}/`), 404);
  });

  test('what is corrected is tried again', async (t) => {
    await given(t, { virtualHosts: { [big]: undefined, ...hosts(host('*.c.test', 'big', 'big')) } });
    assert.deepEqual(reports(), []);
    assert.equal(await body('x.c.test'), 'big');
  });
});
