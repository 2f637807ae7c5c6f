import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Naru, sharedNaru } from '../support/naru.ts';
import { configMapYaml, echoService, ingressYaml, type IngressText, tlsSecretYaml } from '../support/yaml.ts';

let naru: Naru;
test('Naru starts with an Envoy', async () => {
  naru = await sharedNaru({ configMap: 'default/naru', https: { port: 8443, named: false } });
});

const web = echoService('web') + tlsSecretYaml('secret', 'safe.test', 'a.test', 'www.a.test');

/** `STATUS LOCATION`, or the status alone. */
async function expectAnswers(expected: Readonly<Record<string, string>>, of: Naru = naru): Promise<void> {
  const found: Record<string, string> = {};
  for (const url of Object.keys(expected)) {
    const { status, headers } = await of.get(url);
    found[url] = headers.location === undefined ? String(status) : `${status} ${headers.location}`;
  }
  assert.deepEqual(found, expected);
}

function shop(annotations: Readonly<Record<string, string>>, more: Partial<IngressText> = {}): string {
  return ingressYaml({ name: 'shop', host: 'safe.test', paths: ['Prefix /old web'], annotations, ...more });
}

test('permanent-redirect and temporal-redirect send clients to a URL as it is, before https, and whatever backend there is', async () => {
  const rest = ingressYaml({ name: 'rest', host: 'safe.test', paths: ['Prefix / web'], tls: ['secret safe.test'] });
  await naru.given(
    configMapYaml({}) + web + rest + shop({ 'permanent-redirect': 'https://new.test/a?b=1' }, { paths: ['Prefix /old none'] }),
  );
  await expectAnswers({
    'http://safe.test/old/x?q=1': '301 https://new.test/a?b=1',
    'https://safe.test/old': '301 https://new.test/a?b=1',
    'http://safe.test/older': '308 https://safe.test/older',
    'https://safe.test/older': '200',
  });
  assert.deepEqual(naru.problems, []);
  await naru.given(configMapYaml({}) + web + rest + shop({ 'permanent-redirect': 'https://new.test', 'permanent-redirect-code': '308' }));
  await expectAnswers({ 'http://safe.test/old': '308 https://new.test' });
  const both = {
    'permanent-redirect': 'https://new.test',
    'temporal-redirect': 'http://soon.test:8080/',
    'permanent-redirect-code': '308',
  };
  await naru.given(configMapYaml({}) + web + rest + shop(both));
  await expectAnswers({ 'http://safe.test/old': '302 http://soon.test:8080/' });
  await naru.given(configMapYaml({}) + web + rest + shop({ ...both, 'temporal-redirect-code': '307' }));
  await expectAnswers({ 'http://safe.test/old': '307 http://soon.test:8080/' });
  // A URL goes only with some statuses; with others it is the body.
  await naru.given(configMapYaml({}) + web + rest + shop({ ...both, 'temporal-redirect-code': '300' }));
  const { status, body, headers } = await naru.get('http://safe.test/old');
  assert.deepEqual([status, body, headers.location], [300, 'http://soon.test:8080/', undefined]);
});

test('a redirect comes before what keeps clients out; not where a protection cannot be read', async () => {
  const closed = { 'permanent-redirect': 'https://new.test', 'allowlist-source-range': '10.9.9.9/32' };
  await naru.given(configMapYaml({}) + web + shop(closed));
  await expectAnswers({ 'http://safe.test/old': '301 https://new.test' });
  await naru.given(configMapYaml({}) + web + shop({ ...closed, 'allowlist-source-range': 'nobody' }));
  await expectAnswers({ 'http://safe.test/old': '503' });
});

test('app-root sends those who ask for the root of the host elsewhere, and nobody else', async () => {
  const rest = ingressYaml({ name: 'rest', host: 'safe.test', paths: ['Prefix / web'], tls: ['secret safe.test'] });
  await naru.given(configMapYaml({}) + web + rest + shop({ 'app-root': '/app:1' }));
  await expectAnswers({
    'http://safe.test/': '302 http://safe.test/app:1',
    'http://safe.test:81/?q=1': '302 http://safe.test:81/app:1',
    'https://safe.test/': '302 https://safe.test/app:1',
    'https://safe.test/x': '200',
  });
  await naru.given(configMapYaml({}) + web + rest + shop({}));
  await expectAnswers({ 'https://safe.test/': '200', 'http://safe.test/': '308 https://safe.test' });
});

test('redirects to the slash name the host unless relative-redirects says otherwise', async () => {
  const nginx = await sharedNaru({ compatibility: 'nginx' });
  const slash = (annotations: Readonly<Record<string, string>>) => shop(annotations, { host: 'a.test', paths: ['Prefix /old/ web'] });
  await nginx.given(web + slash({}));
  await expectAnswers({ 'http://a.test/old?q=1': '301 http://a.test/old/?q=1', 'http://a.test/old/': '200' }, nginx);
  await nginx.given(web + slash({ 'relative-redirects': 'true' }));
  await expectAnswers(
    { 'http://a.test/old?q=1&r=': '301 /old/?q=1&r=', 'http://a.test/old': '301 /old/', 'http://a.test/old/': '200' },
    nginx,
  );
});
