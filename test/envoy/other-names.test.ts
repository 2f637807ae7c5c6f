// server-alias and from-to-www-redirect: what is served under names that no rule has.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Naru, sharedNaru } from '../support/naru.ts';
import { configMapYaml, echoService, ingressYaml, type IngressText, tlsSecretYaml } from '../support/yaml.ts';

let naru: Naru;
test('Naru starts with an Envoy', async () => {
  naru = await sharedNaru({ configMap: 'default/naru', https: { port: 8443, named: false } });
});

const pods = configMapYaml({}) + echoService('web', 'other') + tlsSecretYaml('secret', 'a.test', 'www.a.test', 'alias.test');

function web(annotations: Readonly<Record<string, string>>, more: Partial<IngressText> = {}): string {
  return ingressYaml({ name: 'web', host: 'a.test', paths: ['Prefix / web'], annotations, ...more });
}

/** Name of the Service that answers, or `STATUS LOCATION`. */
async function expectAnswers(expected: Readonly<Record<string, string>>): Promise<void> {
  const found: Record<string, string> = {};
  for (const url of Object.keys(expected)) {
    const { status, headers, body } = await naru.get(url);
    const service = status === 200 ? (JSON.parse(body) as { service: string }).service : undefined;
    found[url] = service ?? [status, headers.location].filter((part) => part !== undefined).join(' ');
  }
  assert.deepEqual(found, expected);
}

function told(): readonly string[] {
  return naru.problems.map(({ code, source: { name, field = '' } }) => `${code} ${name} ${field}`.trim());
}

test('under an alias everything of the host is served, of all its Ingresses', async () => {
  const more = ingressYaml({ name: 'more', host: 'a.test', paths: ['Prefix /more other'] });
  await naru.given(pods + web({ 'server-alias': 'Alias.test, *.wild.test' }) + more);
  await expectAnswers({
    'http://alias.test/x': 'web',
    'http://alias.test/more': 'other',
    'http://ALIAS.test:81/more': 'other',
    'http://x.wild.test/more': 'other',
    'http://a.test/more': 'other',
    'http://else.test/': '404',
  });
  assert.deepEqual(told(), []);
  await naru.given(pods + web({}) + more);
  await expectAnswers({ 'http://alias.test/x': '404', 'http://a.test/x': 'web' });
});

test('an alias has TLS where the certificate of the host is for it, too', async () => {
  await naru.given(pods + web({ 'server-alias': 'alias.test,bare.test' }, { tls: ['secret a.test'] }));
  await expectAnswers({ 'http://alias.test/x': '308 https://alias.test/x', 'https://alias.test/x': 'web', 'http://bare.test/x': 'web' });
  const [alias, host, bare] = [
    await naru.get('https://alias.test/'),
    await naru.get('https://a.test/'),
    await naru.get('https://bare.test/'),
  ];
  assert.equal(alias.certificate, host.certificate);
  assert.notEqual(bare.certificate, host.certificate);
  assert.deepEqual(told(), []);
});

test('a host of its own is no alias, the oldest Ingress that has aliases decides, and who gets none is told', async () => {
  const own = ingressYaml({ name: 'own', host: 'own.test', paths: ['Prefix / other'], created: '2026-01-01T00:00:00Z' });
  const late = web({ 'server-alias': 'late.test' }, { name: 'late', paths: ['Prefix /late other'], created: '2026-02-01T00:00:00Z' });
  const thief = web({ 'server-alias': 'alias.test' }, { name: 'thief', host: 'thief.test', created: '2026-03-01T00:00:00Z' });
  await naru.given(pods + web({ 'server-alias': 'own.test,alias.test' }, { created: '2026-01-01T00:00:00Z' }) + own + late + thief);
  await expectAnswers({ 'http://own.test/': 'other', 'http://alias.test/late': 'other', 'http://late.test/': '404' });
  assert.deepEqual(told().toSorted(), ['NR305 late', 'NR305 thief', 'NR305 web']);
});

test('CVE-2026-4342: an alias goes through the same gate as any hostname', async () => {
  for (const alias of ['~^a.*', 'a b', '*', 'a.test;}', 'x\ny', '"', '${host}']) {
    await naru.given(pods + web({ 'server-alias': alias }));
    await expectAnswers({ 'http://a.test/': 'web', 'http://abc.test/': '404' });
    assert.deepEqual(told(), ['NR214 web metadata.annotations["nginx.ingress.kubernetes.io/server-alias"]'], alias);
  }
});

test('from-to-www-redirect sends the name with www to the one without, or back', async () => {
  const on = { 'from-to-www-redirect': 'true' };
  await naru.given(pods + web(on, { tls: ['secret a.test'] }));
  await expectAnswers({
    'http://www.a.test/x/?q=1': '308 http://a.test/x/?q=1',
    'http://www.a.test/x/': '308 http://a.test/x',
    'http://www.a.test/': '308 http://a.test',
    'https://www.a.test/x': '308 https://a.test/x',
    'https://a.test/x': 'web',
  });
  await naru.given(pods + web(on, { host: 'www.a.test' }));
  await expectAnswers({ 'http://a.test:81/x': '308 http://www.a.test/x', 'http://www.a.test/x': 'web' });
  const own = ingressYaml({ name: 'own', host: 'www.a.test', paths: ['Prefix / other'] });
  await naru.given(pods + web(on) + own);
  await expectAnswers({ 'http://www.a.test/x': 'other' });
  await naru.given(pods + web({ 'from-to-www-redirect': 'false' }));
  await expectAnswers({ 'http://www.a.test/x': '404' });
  assert.deepEqual(told(), []);
});
