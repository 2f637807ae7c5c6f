import assert from 'node:assert/strict';
import { Agent } from 'node:http';
import { test } from 'node:test';
import { type Naru, sharedNaru } from '../support/naru.ts';
import { echoService, ingressYaml, sliceYaml } from '../support/yaml.ts';

let naru: Naru;
// A test of its own, because it takes the time to start an Envoy.
test('Naru starts with an Envoy', async () => {
  naru = await sharedNaru();
});

const primary = ingressYaml({ name: 'web', host: 'canary.test', paths: ['Prefix / web', 'Prefix /other other'] });
const canary = (weight: string) =>
  ingressYaml({
    name: 'web-canary',
    host: 'canary.test',
    paths: ['Prefix / canary'],
    annotations: { canary: 'true', 'canary-weight': weight },
  });

/** How many of a thousand requests the canary got. */
async function share(path = '/'): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const answers = await Promise.all(Array.from({ length: 1000 }, () => naru.served(`http://canary.test${path}`, { agent })));
  agent.destroy();
  assert.deepEqual(
    answers.filter((answer) => typeof answer === 'number'),
    [],
  );
  return answers.filter((answer) => answer === 'canary').length;
}

/** Five standard deviations of a thousand draws: one run in two million falls outside. */
function within(count: number, percent: number): void {
  const spread = 5 * Math.sqrt((1000 * percent * (100 - percent)) / 10_000);
  assert.ok(Math.abs(count - percent * 10) <= spread, `${count} of 1000 requests is not ${percent} % within ${spread.toFixed(0)}`);
}

test('a canary takes its weight of its own path, live, and gives it back', async () => {
  for (const weight of [10, 50, 0, 100]) {
    await naru.given(primary + canary(String(weight)) + echoService('web', 'canary', 'other'));
    within(await share(), weight);
  }
  assert.equal(await naru.served('http://canary.test/other'), 'other');
  await naru.given(primary + echoService('web', 'canary', 'other'));
  assert.equal(await share(), 0);
});

test('a canary without ready pods gives everything to the primary, and says so', async () => {
  await naru.given(primary + canary('50') + echoService('web', 'canary', 'other') + sliceYaml('canary', []));
  assert.equal(await share(), 0);
  assert.deepEqual(
    naru.problems.map(({ code }) => code),
    ['NR231'],
  );
});

test('a weight that cannot be read sends nothing to the canary, and names the annotation', async () => {
  await naru.given(primary + canary('5O') + echoService('web', 'canary', 'other'));
  assert.equal(await share(), 0);
  assert.deepEqual(
    naru.problems.map(({ code, message, source }) => [code, message, source.field]),
    [['NR214', 'canary-weight: "5O" is not a whole number.', 'metadata.annotations["nginx.ingress.kubernetes.io/canary-weight"]']],
  );
});

test('a canary whose backend is the primary itself changes nothing, and one without a primary takes nothing', async () => {
  const same = ingressYaml({
    name: 'same',
    host: 'canary.test',
    paths: ['Prefix / web'],
    annotations: { canary: 'true', 'canary-weight': '50' },
  });
  const alone = ingressYaml({
    name: 'alone',
    host: 'canary.test',
    paths: ['Prefix /alone canary'],
    annotations: { canary: 'true', 'canary-weight': '100' },
  });
  await naru.given(primary + same + alone + echoService('web', 'canary', 'other'));
  assert.equal(await share(), 0);
  assert.equal(await naru.served('http://canary.test/alone'), 'web');
  assert.deepEqual(
    naru.problems.map(({ code, source }) => `${code} ${source.name}`),
    ['NR230 alone'],
  );
});
