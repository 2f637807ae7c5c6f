// `/debug/why`: the same as `naru why` says of files, of the objects that a running Naru has.
import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { answerWhy } from '../../../src/cli/why/answer.ts';
import { liveWhy } from '../../../src/cli/why/live.ts';
import { defaultIngressOptions } from '../../../src/ingress/options.ts';
import { Build } from '../../../src/runtime/build.ts';
import { json, serve } from '../../debug/serve-for-tests.ts';
import { buildOptions } from '../../support/build.ts';
import { readManifests } from '../../support/manifests.ts';
import { naruClass, synced, upsert } from '../../support/objects.ts';
import { configMapYaml, echoService, ingressYaml, secretYaml, tlsSecretYaml } from '../../support/yaml.ts';

const settings = { annotationsPrefix: 'nginx.ingress.kubernetes.io', configmap: 'default/naru' };
const options = {
  ...buildOptions,
  listen: { ...buildOptions.listen, defaultCertificate: { chain: 'made', privateKey: 'made' } },
  ingress: { ...defaultIngressOptions, configMap: settings.configmap },
};
const annotations = {
  'proxy-read-timeout': '7',
  'proxy-connect-timeout': '5',
  'auth-type': 'basic',
  'auth-secret': 'users',
  'proxy-buffers-number': '8',
};

const questions: readonly (readonly [reference: string, field?: string])[] = [
  ['ingress/shop'],
  ['ingress/none', 'auth-secret'],
  ['host/shop.example.com', 'routes[default/shop prefix /].route.idle_timeout'],
];

describe('why of what is running', () => {
  let build: Build;

  before(async () => {
    const manifests = await readManifests(
      echoService('web') +
        configMapYaml({ 'keep-alive': '33' }) +
        secretYaml('users', { auth: 'ada:$2b$04$7c7HcWYyq5mUVF9e8rJAOeVyR4zL3ZJUm0QeNf6AjHDZHcVbqmGvG' }) +
        tlsSecretYaml('tls', 'shop.example.com') +
        ingressYaml({ name: 'shop', host: 'shop.example.com', paths: ['Prefix / web'], annotations, tls: ['tls shop.example.com'] }),
    );
    build = new Build(options);
    build.apply([upsert(naruClass), ...manifests.events, ...synced]);
  });

  test('it says what is said of files, and what Envoys get stays what it is', async (t) => {
    const ask = await serve(t, { why: liveWhy(options, settings, () => build.world) });
    const { current } = build;
    const answers: unknown[] = [];
    for (const [ref, field] of questions) {
      const query = new URLSearchParams({ ref, ...(field === undefined ? {} : { field }) });
      const { apiVersion: _, ...answer } = await json(ask(`/debug/why?${query.toString()}`));
      answers.push(answer);
    }
    assert.equal(build.current, current);
    const expected = questions.map(([ref, field]) => {
      const { about, answer } = answerWhy(build, ref, field, settings);
      return about === 'nothing' ? { error: answer } : { ref, field: field ?? null, about, answer };
    });
    assert.deepEqual(answers, JSON.parse(JSON.stringify(expected)));
    assert.deepEqual(
      expected.map(({ about = 'nothing' }) => about),
      ['settings', 'nothing', 'field'],
    );
    assert.doesNotMatch(JSON.stringify(answers), /BEGIN \w*PRIVATE|\$2b\$04/);
  });

  test('it waits for the first list, says what cannot be asked, and sends away whoever comes when too many wait', async (t) => {
    const ask = await serve(t, { why: liveWhy(options, settings, () => new Build(options).world) });
    const early = await ask('/debug/why?ref=ingress/shop');
    assert.deepEqual([early.status, (JSON.parse(early.text) as { error: string }).error], [503, 'Not everything was read yet.']);
    assert.equal((await ask('/debug/why')).status, 400);
    const why = liveWhy(options, settings, () => new Build(options).world);
    const answers = await Promise.all(Array.from({ length: 12 }, () => why('listener/http', undefined)));
    const sentAway = answers.filter((answer) => 'error' in answer && answer.error === 'Too many ask already: ask again later.');
    assert.equal(sentAway.length, 4);
  });
});
