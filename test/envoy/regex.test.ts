// use-regex and rewrite-target: which path takes a request, and what its backend sees.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Naru, sharedNaru } from '../support/naru.ts';
import { echoService, ingressYaml, type IngressText } from '../support/yaml.ts';

let naru: Naru;
test('Naru starts with an Envoy', async () => {
  naru = await sharedNaru();
});

interface Seen {
  readonly service: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** `SERVICE PATH` as the backend saw it, or the status. */
async function answers(host: string, paths: readonly string[]): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const path of paths) {
    const { status, body } = await naru.get(`http://${host}${path}`);
    const seen = status === 200 ? (JSON.parse(body) as Seen) : undefined;
    found[path] = seen === undefined ? String(status) : `${seen.service} ${seen.path}`;
  }
  return found;
}

async function expectAnswers(host: string, expected: Readonly<Record<string, string>>): Promise<void> {
  assert.deepEqual(await answers(host, Object.keys(expected)), expected);
}

const pods = echoService('web', 'other', 'api');
const on = { 'use-regex': 'true' };

function told(): readonly string[] {
  return naru.problems.map(({ code, source, message }) => `${code} ${source.name}: ${message}`);
}

test('with use-regex all paths of the host are expressions, of every Ingress: without regard to case, for whatever begins so, the longest first', async () => {
  const regex = ingressYaml({ name: 'regex', host: 'a.test', paths: ['ImplementationSpecific /v[0-9]+/(one|two) api'], annotations: on });
  const others = ingressYaml({ name: 'others', host: 'a.test', paths: ['Exact /Head other', 'Prefix /v1 web'] });
  const elsewhere = ingressYaml({ name: 'elsewhere', host: 'b.test', paths: ['Exact /head other', 'Prefix /v1 web'] });
  await naru.given(regex + others + elsewhere + pods);
  await expectAnswers('a.test', {
    '/v12/one': 'api /v12/one',
    '/V1/TWO/x?q=1': 'api /V1/TWO/x?q=1',
    '/v1/three': 'web /v1/three',
    '/v12': 'web /v12',
    '/HEADers': 'other /HEADers',
    '/x/v1/one': '404',
  });
  await expectAnswers('b.test', { '/v1/one': 'web /v1/one', '/v12': '404', '/headers': '404', '/HEAD': '404', '/head': 'other /head' });
  assert.deepEqual(told(), [
    'NR306 others: The path "/Head" is a regular expression, because Ingress default/regex asks for them for all of host a.test.',
  ]);

  await naru.given(ingressYaml({ name: 'off', host: 'a.test', paths: ['Prefix /v1 web'], annotations: { 'use-regex': 'false' } }) + pods);
  await expectAnswers('a.test', { '/v1/one': 'web /v1/one', '/V1': '404', '/v12': '404' });
});

function rewriting(target: string, paths: readonly string[], more: Partial<IngressText> = {}): string {
  return ingressYaml({ name: 'rewriting', host: 'a.test', paths, annotations: { 'rewrite-target': target }, ...more });
}

test('rewrite-target puts in what groups of the path have matched, and keeps the query', async () => {
  await naru.given(rewriting('/$2', ['ImplementationSpecific /API(/|$)(.*) web']) + pods);
  await expectAnswers('a.test', {
    '/api': 'web /',
    '/api/': 'web /',
    '/api/a/b?q=1': 'web /a/b?q=1',
    '/apia': '404',
  });
  await naru.given(rewriting('/x/$1/$3$9-', ['ImplementationSpecific /(a+)(b)?/(c) web']) + pods);
  await expectAnswers('a.test', { '/aab/c/more': 'web /x/aa/c-' });
  await naru.given(rewriting('/', ['Prefix /start web']) + pods);
  await expectAnswers('a.test', { '/start/x?q=1': 'web /?q=1', '/started': 'web /', '/': '404' });
  // A path that is its own target is not rewritten, and is no expression.
  await naru.given(rewriting('/start', ['Prefix /start web']) + pods);
  await expectAnswers('a.test', { '/start/x': 'web /start/x', '/started': '404' });
});

test('CVE-2026-67309: a rewrite does not lead to dot segments', async () => {
  await naru.given(rewriting('/public/$1', ['ImplementationSpecific /files(.*) web', 'Prefix / other']) + pods);
  await expectAnswers('a.test', {
    '/files/x': 'web /public//x',
    '/files../secret': '403',
    '/files%2e%2E/secret': '403',
    '/files..;x/secret': '403',
    '/files..%5csecret': '307',
    '/files.well-known': 'web /public/.well-known',
    '/files/../secret': 'other /public/',
  });
});

test('x-forwarded-prefix is told to backends where a rewrite acts, and in place of what the client says', async () => {
  const annotations = { 'x-forwarded-prefix': '/shop' };
  const prefixOf = async (path: string): Promise<string | undefined> => {
    const { body } = await naru.get(`http://a.test${path}`, { headers: { 'x-forwarded-prefix': '/forged' } });
    return (JSON.parse(body) as Seen).headers['x-forwarded-prefix'];
  };
  await naru.given(rewriting('/', ['Prefix /shop web'], { annotations: { ...annotations, 'rewrite-target': '/' } }) + pods);
  assert.equal(await prefixOf('/shop/x'), '/shop');
  await naru.given(rewriting('/', ['Prefix /shop web'], { annotations }) + pods);
  assert.equal(await prefixOf('/shop/x'), '/forged');
});

test('an expression that RE2 lacks takes no requests, and all others do', async () => {
  const paths = ['ImplementationSpecific /v1/(?!x)y web', 'ImplementationSpecific /((?<=a)b) web', 'Prefix /v1 other', 'Prefix /é api'];
  await naru.given(ingressYaml({ name: 'pcre', host: 'a.test', paths, annotations: on }) + pods);
  await expectAnswers('a.test', { '/v1/y': '503', '/v1': 'other /v1', '/b': '404', '/%C3%A9': 'api /%C3%A9' });
  assert.deepEqual(told(), [
    'NR304 pcre: The path "/v1/(?!x)y" is no regular expression that Envoy can match: it looks around, which RE2 cannot at character 5.',
    'NR304 pcre: The path "/((?<=a)b)" is no regular expression that Envoy can match: it looks around, which RE2 cannot at character 3.',
  ]);
});
