import assert from 'node:assert/strict';
import { test } from 'node:test';
import { eventually } from '../support/eventually.ts';
import { type Naru, sharedNaru } from '../support/naru.ts';
import { configMapYaml, echoService, ingressYaml, tlsSecretYaml } from '../support/yaml.ts';

let naru: Naru;
test('Naru starts with an Envoy and a ConfigMap', async () => {
  naru = await sharedNaru({ configMap: 'default/naru', https: { port: 8443, named: false } });
});

const web = echoService('web') + tlsSecretYaml('secret', 'safe.test', '*.wild.test');
const paths = ['Prefix / web'];
const safe = ingressYaml({ name: 'safe', host: 'safe.test', paths, tls: ['secret safe.test'] });

/** `STATUS LOCATION`, or the status alone. */
async function answers(urls: readonly string[], headers: Readonly<Record<string, string>> = {}): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const url of urls) {
    const { status, headers: got } = await naru.get(url, { headers });
    found[url] = got.location === undefined ? String(status) : `${status} ${got.location}`;
  }
  return found;
}

async function expectAnswers(expected: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}): Promise<void> {
  assert.deepEqual(await answers(Object.keys(expected), headers), expected);
}

test('plain http for a host with TLS is redirected to https, the URL kept but for port and slash at its end', async () => {
  const wild = ingressYaml({ name: 'wild', host: '*.wild.test', paths, tls: ['secret *.wild.test'] });
  const plain = ingressYaml({ name: 'plain', host: 'plain.test', paths }) + ingressYaml({ name: 'any', paths: ['Prefix /any web'] });
  const named = ingressYaml({ name: 'named', host: 'named.wild.test', paths: ['Prefix /named web'] });
  await naru.given(configMapYaml({}) + safe + wild + named + plain + web);
  await expectAnswers({
    'http://safe.test/': '308 https://safe.test',
    'http://safe.test/a': '308 https://safe.test/a',
    'http://safe.test/a/': '308 https://safe.test/a',
    'http://safe.test/a/?x=1&y': '308 https://safe.test/a/?x=1&y',
    'http://safe.test/?x=1': '308 https://safe.test/?x=1',
    'http://safe.test:8080/a': '308 https://safe.test/a',
    'http://SAFE.test/a%20b': '308 https://safe.test/a%20b',
    'https://safe.test/a/': '200',
    'http://x.wild.test/': '308 https://x.wild.test',
    'http://x.wild.test/a/': '308 https://x.wild.test/a',
    'http://x.wild.test:8080/a': '308 https://x.wild.test:443/a',
    // As in ingress-nginx: a certificate for the wildcard counts, and so does what no path matches.
    'http://named.wild.test/named': '308 https://named.wild.test/named',
    'http://named.wild.test/else': '308 https://named.wild.test/else',
    'http://x.y.wild.test/any': '200',
    'http://plain.test/a': '200',
    'http://nobody.test/any': '200',
    'http://nobody.test/': '404',
  });
  const { status, body } = await naru.get('http://safe.test/form', { method: 'POST' });
  assert.deepEqual({ status, body }, { status: 308, body: '' });
});

test('a client does not get around it by saying that it came over https', async () => {
  await naru.given(configMapYaml({}) + safe + web);
  await expectAnswers({ 'http://safe.test/a': '308 https://safe.test/a' }, { 'X-Forwarded-Proto': 'https', X_Forwarded_Proto: 'https' });
});

test('paths of certificate challenges are served over plain http, whatever else the host does', async () => {
  const token = '/.well-known/acme-challenge/token';
  const solver = ingressYaml({ name: 'cm-acme-http-solver-x1', host: 'safe.test', paths: [`ImplementationSpecific ${token} solver`] });
  await naru.given(configMapYaml({ hsts: 'false' }) + safe + solver + web + echoService('solver'));
  assert.equal(await naru.served(`http://safe.test${token}`), 'solver');
  await expectAnswers({ 'http://safe.test/.well-known/acme-challenge/other': '308 https://safe.test/.well-known/acme-challenge/other' });

  await naru.given(configMapYaml({ 'no-tls-redirect-locations': '/open,/free' }) + safe + solver + web + echoService('solver'));
  await expectAnswers({ [`http://safe.test${token}`]: `308 https://safe.test${token}` });
});

test('annotations and the ConfigMap decide for each path and for all', async () => {
  const some = [
    ingressYaml({ name: 'off', host: 'safe.test', paths: ['Prefix /off web'], annotations: { 'ssl-redirect': 'false' } }),
    ingressYaml({ name: 'slash', host: 'safe.test', paths: ['Prefix /slash web'], annotations: { 'preserve-trailing-slash': 'true' } }),
    ingressYaml({ name: 'port', host: 'safe.test', paths: ['Prefix /port web'], annotations: { 'use-port-in-redirects': 'true' } }),
    ingressYaml({ name: 'force', host: 'plain.test', paths, annotations: { 'force-ssl-redirect': 'true' } }),
    ingressYaml({ name: 'every', paths: ['Prefix /every web'], annotations: { 'force-ssl-redirect': 'true' } }),
  ].join('');
  await naru.given(configMapYaml({ 'http-redirect-code': '301' }) + safe + some + web);
  await expectAnswers({
    'http://safe.test/off': '200',
    'http://safe.test/slash/': '301 https://safe.test/slash/',
    'http://safe.test/port': '301 https://safe.test:8443/port',
    'http://safe.test/else/': '301 https://safe.test/else',
    'http://plain.test/a': '301 https://plain.test/a',
    'http://nobody.test/every': '301 https://nobody.test/every',
  });

  await naru.given(configMapYaml({ 'ssl-redirect': 'false' }) + safe + some + web);
  await expectAnswers({ 'http://safe.test/else': '200', 'http://plain.test/a': '308 https://plain.test/a' });
  await naru.given(
    configMapYaml({ 'force-ssl-redirect': 'true' }) + safe + ingressYaml({ name: 'plain', host: 'plain.test', paths }) + web,
  );
  await expectAnswers({ 'http://plain.test/': '308 https://plain.test', 'http://plain.test/a': '308 https://plain.test/a' });
});

test('answers over https say for how long https is to be used, and nothing over http does', async () => {
  await naru.given(configMapYaml({}) + safe + ingressYaml({ name: 'plain', host: 'plain.test', paths }) + web);
  const hsts = async (url: string) => (await naru.get(url)).headers['strict-transport-security'];
  const usual = 'max-age=31536000; includeSubDomains';
  for (const url of ['https://safe.test/', 'https://plain.test/', 'https://nobody.test/']) assert.equal(await hsts(url), usual, url);
  for (const url of ['http://safe.test/', 'http://plain.test/']) assert.equal(await hsts(url), undefined, url);

  await naru.given(configMapYaml({ 'hsts-max-age': '60', 'hsts-include-subdomains': 'false', 'hsts-preload': 'true' }) + safe + web);
  // A listener that was accepted takes its place a moment later.
  const becomes = (expected: string | undefined) =>
    eventually(`HSTS is ${expected}`, async () => ((await hsts('https://safe.test/')) === expected ? true : undefined));
  await becomes('max-age=60; preload');
  await naru.given(configMapYaml({ hsts: 'false' }) + safe + web);
  await becomes(undefined);
});
