// Naru is started again while an object is there that Envoys refuse.
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { ModelFleet } from '../support/model-fleet.ts';
import { answering, hosts, type ModelRows, tooMuch } from '../support/model-source.ts';

const bad = [4, 11];
const rejections = 'update_rejected';

/** Twenty hosts, of which each is shared by two objects. */
function twenty(bodyOf: (index: number) => string): ModelRows {
  const rows = Array.from({ length: 20 }, (_, index) => ({
    hostname: `h${index}.test`,
    routes: [answering('/shared', 'good', `shared${index}`), answering('/', bodyOf(index), `own${index}`)],
  }));
  return { virtualHosts: hosts(...rows) };
}

const world = twenty((index) => (bad.includes(index) ? tooMuch : 'new'));

async function refused(t: TestContext, stateDir?: string): Promise<ModelFleet> {
  const fleet = await ModelFleet.start(['node-1'], stateDir === undefined ? {} : { stateDir });
  t.after(() => fleet.stop());
  await fleet.given(twenty(() => 'old'));
  await fleet.given(world);
  return fleet;
}

async function bodies(fleet: ModelFleet, path: string): Promise<readonly string[]> {
  return Promise.all(Array.from({ length: 20 }, async (_, index) => (await fleet.get(`http://h${index}.test${path}`)).body));
}

function reports(fleet: ModelFleet): readonly string[] {
  return fleet.problems.map(({ code, source, message, done }) => `${code} ${source.name}: ${message} ${done}`);
}

test('with a folder for its state nothing is sent, nothing is refused again, and what was good before is still served', async (t) => {
  const stateDir = mkdtempSync(join(tmpdir(), 'naru-state-'));
  t.after(() => rmSync(stateDir, { recursive: true }));
  const fleet = await refused(t, stateDir);
  const { hash } = fleet.assembly.current ?? {};
  const before = { stats: await fleet.stats(0, rejections), reports: reports(fleet) };
  const answers: string[] = [];
  await fleet.restart(world, ({ type, names }) => answers.push(...names.map((name) => `${type} ${name}`)));
  assert.equal(fleet.assembly.current?.hash, hash);
  assert.deepEqual(answers, []);
  assert.deepEqual({ stats: await fleet.stats(0, rejections), reports: reports(fleet) }, before);
  assert.equal(before.reports.length, bad.length);
  const expected = Array.from({ length: 20 }, (_, index) => (bad.includes(index) ? 'old' : 'new'));
  assert.deepEqual(await bodies(fleet, '/'), expected);
  assert.deepEqual(await bodies(fleet, '/shared'), Array(20).fill('good'));
  assert.deepEqual(
    readdirSync(stateDir).map((name) => `${name} ${(statSync(join(stateDir, name)).mode & 0o777).toString(8)}`),
    ['naru.quarantine 600'],
  );

  await fleet.restart(twenty((index) => (index === 4 ? tooMuch : 'newer')));
  assert.deepEqual(
    await bodies(fleet, '/'),
    expected.map((_, index) => (index === 4 ? 'old' : 'newer')),
    'what was mended meanwhile is tried',
  );
  assert.equal(reports(fleet).length, 1);
});

test('without one all that is good is served within a second, and the bad ones are found', async (t) => {
  const fleet = await refused(t);
  let first = Infinity;
  await fleet.restart(world, () => (first = Math.min(first, performance.now())));
  const tookMs = performance.now() - first;
  t.diagnostic(`${Math.round(tookMs)} ms from the first answer`);
  assert.ok(tookMs < 1000, `${tookMs} ms`);
  assert.deepEqual(
    await bodies(fleet, '/'),
    Array.from({ length: 20 }, (_, index) => (bad.includes(index) ? 'Service Unavailable\n' : 'new')),
  );
  assert.deepEqual(await bodies(fleet, '/shared'), Array(20).fill('good'));
  assert.deepEqual(
    reports(fleet).map((line) => line.replace(/:.*/, '')),
    ['NR701 own11', 'NR701 own4'],
  );
});
