// limit-rps and its family: as many requests as nginx lets through, by client address, then 503.
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { type Naru, sharedNaru } from '../../support/naru.ts';
import { configMapYaml, echoService, ingressYaml, sliceYaml } from '../../support/yaml.ts';
import { listen, portOf } from '../../support/listen.ts';

let naru: Naru;
let backend: Server;
describe('rate limits', () => {
  before(async () => {
    backend = createServer((_, answer) => answer.end(Buffer.alloc(48 * 1024)));
    await listen(backend);
  });
  after(() => backend.close());
  test('Naru starts with an Envoy', async () => {
    naru = await sharedNaru();
  });

  const paths = ['Prefix / web'];

  function given(annotations: Readonly<Record<string, string>>): Promise<void> {
    return naru.given(
      ingressYaml({ name: 'exact', host: 'limit.test', paths, annotations }) +
        ingressYaml({ name: 'wildcard', host: '*.limit.test', paths, annotations }) +
        ingressYaml({ name: 'free', host: 'limit.test', paths: ['Prefix /free web'] }) +
        echoService('web'),
    );
  }

  /** How many of so many requests at once pass; the others are answered `refused`. */
  async function passing(url: string, count: number, refused = 503, from = naru): Promise<number> {
    const answers = await Promise.all(Array.from({ length: count }, () => from.served(url)));
    assert.ok(
      answers.every((answer) => answer === 'web' || answer === refused),
      JSON.stringify(answers),
    );
    return answers.filter((answer) => answer === 'web').length;
  }

  // A rate of one in a minute fills nothing while the test runs.
  test('the limit and its burst pass at once, then 503, on each host by itself', async () => {
    await given({ 'limit-rpm': '1' });
    assert.equal(await passing('http://limit.test/', 12), 6);
    assert.equal(await passing('http://a.limit.test/', 12), 6);
    assert.equal(await passing('http://limit.test/free', 12), 12);
    await given({ 'limit-rpm': '2', 'limit-burst-multiplier': '3' });
    assert.equal(await passing('http://limit.test/', 12), 7);
  });

  test('limits in a second and in a minute hold together', async () => {
    await given({ 'limit-rps': '100', 'limit-rpm': '1', 'limit-burst-multiplier': '1' });
    assert.equal(await passing('http://limit.test/', 5), 2);
    await given({ 'limit-rps': '100' });
    assert.equal(await passing('http://limit.test/', 50), 50);
  });

  test('who is exempt is not counted, and the others are', async () => {
    await given({ 'limit-rpm': '1', 'limit-whitelist': '127.0.0.0/8' });
    assert.equal(await passing('http://limit.test/', 12), 12);
    await given({ 'limit-rpm': '1', 'limit-allowlist': '192.0.2.0/24' });
    assert.equal(await passing('http://limit.test/', 12), 6);
  });

  test('0 is no limit, and what cannot be read closes the path', async () => {
    await given({ 'limit-rpm': '0' });
    assert.equal(await passing('http://limit.test/', 12), 12);
    for (const wrong of [{ 'limit-rps': '-1' }, { 'limit-rpm': 'many' }, { 'limit-rpm': '1', 'limit-whitelist': 'us' }]) {
      await given(wrong);
      assert.deepEqual([await naru.served('http://limit.test/'), await naru.served('http://limit.test/free')], [503, 'web']);
    }
  });

  test('the ConfigMap says by which status', async () => {
    const configured = await sharedNaru({ configMap: 'default/naru' });
    const annotations = { 'limit-rpm': '1' };
    const objects = ingressYaml({ name: 'exact', host: 'limit.test', paths, annotations }) + echoService('web');
    await configured.given(configMapYaml({ 'limit-req-status-code': '429' }) + objects);
    assert.equal(await passing('http://limit.test/', 12, 429, configured), 6);
  });

  test('limit-rate slows each answer down', async () => {
    const port = portOf(backend);
    const slow = ingressYaml({ name: 'slow', host: 'limit.test', paths: ['Prefix /slow web'], annotations: { 'limit-rate': '32' } });
    const fast = ingressYaml({ name: 'fast', host: 'limit.test', paths: ['Prefix /fast web'] });
    await naru.given(slow + fast + echoService('web') + sliceYaml('web', ['127.0.0.1'], port));
    const took = async (path: string): Promise<number> => {
      const begun = performance.now();
      assert.equal((await naru.get(`http://limit.test${path}`)).body.length, 48 * 1024);
      return performance.now() - begun;
    };
    // 48 KiB at 32 KiB in a second.
    const [one, two, unlimited] = await Promise.all([took('/slow'), took('/slow'), took('/fast')]);
    assert.ok(one > 1000 && two > 1000 && one < 4000 && two < 4000, `${one} ${two}`);
    assert.ok(unlimited < 1000, String(unlimited));
  });
});
