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
const canary = (weight: string, more: Readonly<Record<string, string>> = {}) =>
  ingressYaml({
    name: 'web-canary',
    host: 'canary.test',
    paths: ['Prefix / canary'],
    annotations: { canary: 'true', 'canary-weight': weight, ...more },
  });

/** Who answers requests with these headers. */
async function sides(given: Readonly<Record<string, string>>, rows: readonly (readonly [headers: Record<string, string>, by: string])[]) {
  await naru.given(primary + canary('0', given) + echoService('web', 'canary', 'other'));
  for (const [headers, by] of rows) assert.equal(await naru.served('http://canary.test/', { headers }), by, JSON.stringify(headers));
}

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

test('a weight can be one of more than a hundred; a smaller total is a hundred', async () => {
  await naru.given(primary + canary('300', { 'canary-weight-total': '1000' }) + echoService('web', 'canary', 'other'));
  within(await share(), 30);
  await naru.given(primary + canary('30', { 'canary-weight-total': '60' }) + echoService('web', 'canary', 'other'));
  within(await share(), 30);
  await naru.given(primary + canary('2000', { 'canary-weight-total': '1000' }) + echoService('web', 'canary', 'other'));
  assert.equal(await share(), 1000);
});

test('a header decides before a cookie, and a cookie before the weight', async () => {
  await sides({ 'canary-by-header': 'X_Canary', 'canary-by-cookie': 'beta' }, [
    [{}, 'web'],
    [{ 'x-canary': 'always' }, 'canary'],
    [{ 'x-canary': 'never', cookie: 'beta=always' }, 'web'],
    [{ 'x-canary': 'always', cookie: 'beta=never' }, 'canary'],
    [{ 'x-canary': 'perhaps', cookie: 'a=b; beta=always' }, 'canary'],
    [{ cookie: 'beta=always' }, 'canary'],
    [{ cookie: 'beta=perhaps' }, 'web'],
    [{ cookie: 'xbeta=always' }, 'web'],
  ]);
  const all = canary('100', { 'canary-by-header': 'x-canary', 'canary-by-cookie': 'beta' });
  await naru.given(primary + all + echoService('web', 'canary', 'other'));
  assert.equal(await naru.served('http://canary.test/'), 'canary');
  assert.equal(await naru.served('http://canary.test/', { headers: { 'x-canary': 'never' } }), 'web');
  assert.equal(await naru.served('http://canary.test/', { headers: { cookie: 'beta=never' } }), 'web');
});

test('with a value of its own for the header, always and never mean nothing; the value comes before the pattern', async () => {
  await sides({ 'canary-by-header': 'x-canary', 'canary-by-header-value': 'v2', 'canary-by-header-pattern': 'v3' }, [
    [{ 'x-canary': 'v2' }, 'canary'],
    [{ 'x-canary': 'V2' }, 'web'],
    [{ 'x-canary': 'v3' }, 'web'],
    [{ 'x-canary': 'always' }, 'web'],
  ]);
});

test('a pattern is looked for anywhere in the header; with one that cannot be read the header means the primary', async () => {
  await sides({ 'canary-by-header': 'x-canary', 'canary-by-header-pattern': 'v[23]|^beta$' }, [
    [{ 'x-canary': 'is v3 or so' }, 'canary'],
    [{ 'x-canary': 'beta' }, 'canary'],
    [{ 'x-canary': 'betas' }, 'web'],
    [{ 'x-canary': 'always' }, 'web'],
  ]);
  await sides({ 'canary-by-header': 'x-canary', 'canary-by-header-pattern': 'v(?!1)', 'canary-by-cookie': 'beta' }, [
    [{ 'x-canary': 'v2', cookie: 'beta=always' }, 'web'],
    [{ cookie: 'beta=always' }, 'canary'],
  ]);
  assert.deepEqual(
    naru.problems.map(({ code, message }) => `${code} ${message}`),
    ['NR214 canary-by-header-pattern: "v(?!1)" is no expression that Envoy can match: it looks around, which RE2 cannot at character 2.'],
  );
});

test('without ready pods not even a header leads to the canary, and of two the older one counts', async () => {
  const always = { headers: { 'x-canary': 'always' } };
  await naru.given(
    primary + canary('0', { 'canary-by-header': 'x-canary' }) + echoService('web', 'canary', 'other') + sliceYaml('canary', []),
  );
  assert.equal(await naru.served('http://canary.test/', always), 'web');
  assert.deepEqual(naru.problems.length, 0);
  const second = ingressYaml({
    ...{ name: 'second', host: 'canary.test', paths: ['Prefix / other'], created: '2100-01-01T00:00:00Z' },
    annotations: { canary: 'true', 'canary-weight': '100' },
  });
  const first = ingressYaml({
    ...{ name: 'first', host: 'canary.test', paths: ['Prefix / canary'], created: '2000-01-01T00:00:00Z' },
    annotations: { canary: 'true', 'canary-by-header': 'x-canary' },
  });
  await naru.given(primary + second + first + echoService('web', 'canary', 'other'));
  assert.equal(await naru.served('http://canary.test/'), 'web');
  assert.equal(await naru.served('http://canary.test/', always), 'canary');
  assert.deepEqual(
    naru.problems.map(({ code, source }) => `${code} ${source.name}`),
    ['NR232 second'],
  );
});

test('canaries of default backends take their weight', async () => {
  const rest = ingressYaml({ name: 'rest', defaultService: 'web' });
  const one = ingressYaml({ name: 'rest-canary', defaultService: 'canary', annotations: { canary: 'true', 'canary-weight': '100' } });
  await naru.given(rest + one + echoService('web', 'canary', 'other'));
  assert.equal(await naru.served('http://nobody.test/'), 'canary');
  assert.deepEqual(naru.problems.length, 0);
});
