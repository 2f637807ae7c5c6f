// enable-cors and its family: what pages of other origins may do, and that nobody else gets more or less.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Naru, sharedNaru } from '../../support/naru.ts';
import { echoService, ingressYaml, secretYaml } from '../../support/yaml.ts';

let naru: Naru;
test('Naru starts with an Envoy', async () => {
  naru = await sharedNaru();
});

function given(annotations: Readonly<Record<string, string>>): Promise<void> {
  return naru.given(
    ingressYaml({ name: 'exact', host: 'cors.test', paths: ['Prefix / web'], annotations }) +
      ingressYaml({ name: 'other', host: 'cors.test', paths: ['Prefix /other web'] }) +
      echoService('web') +
      secretYaml('users', { auth: 'ada:{PLAIN}secret' }),
  );
}

async function ask(method: string, origin?: string, path = '/') {
  const answer = await naru.get(`http://cors.test${path}`, { method, headers: origin === undefined ? {} : { origin } });
  const cors = Object.entries(answer.headers).filter(([name]) => name.startsWith('access-control-'));
  return { status: answer.status, body: answer.body, cors: Object.fromEntries(cors) };
}

const usual = {
  'access-control-allow-origin': '*',
  'access-control-allow-credentials': 'true',
  'access-control-allow-methods': 'GET, PUT, POST, DELETE, PATCH, OPTIONS',
  'access-control-allow-headers':
    'DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization',
  'access-control-max-age': '1728000',
};

test('any OPTIONS is answered 204, and every answer says who may use it', async () => {
  await given({ 'enable-cors': 'true' });
  assert.deepEqual(await ask('OPTIONS', 'https://page.test'), { status: 204, body: '', cors: usual });
  assert.deepEqual((await ask('OPTIONS')).cors, usual);
  const { status, cors } = await ask('GET', 'https://page.test');
  assert.deepEqual({ status, cors }, { status: 200, cors: usual });
});

test('off, and on other paths, nothing is said and OPTIONS goes to the backend', async () => {
  await given({ 'enable-cors': 'false', 'cors-allow-origin': 'https://page.test' });
  const off = await ask('OPTIONS', 'https://page.test');
  assert.deepEqual([off.status, off.cors], [200, {}]);
  await given({ 'enable-cors': 'true' });
  const other = await ask('OPTIONS', 'https://page.test', '/other');
  assert.deepEqual([other.status, other.cors], [200, {}]);
});

test('only listed origins are let in, and by their own name', async () => {
  await given({ 'enable-cors': 'true', 'cors-allow-origin': 'https://page.test, http://*.wild.test:8080' });
  for (const origin of ['https://page.test', 'https://PAGE.test', 'http://a.wild.test:8080']) {
    const { status, cors } = await ask('OPTIONS', origin);
    assert.deepEqual([status, cors['access-control-allow-origin']], [204, origin]);
    assert.equal((await ask('GET', origin)).cors['access-control-allow-origin'], origin);
  }
  const strangers = [
    'http://page.test',
    'https://pageXtest',
    'https://page.test.evil',
    'https://evilpage.test',
    'http://a.b.wild.test:8080',
    'http://wild.test:8080',
    undefined,
  ];
  for (const origin of strangers) {
    const { status, cors } = await ask('OPTIONS', origin);
    assert.deepEqual([status, cors], [200, {}], String(origin));
    assert.deepEqual((await ask('GET', origin)).cors, {}, String(origin));
  }
});

test('each header as it is asked for', async () => {
  await given({
    'enable-cors': 'true',
    'cors-allow-credentials': 'false',
    'cors-allow-methods': 'GET, POST',
    'cors-allow-headers': 'X-Token',
    'cors-expose-headers': 'X-Total, *',
    'cors-max-age': '60',
  });
  assert.deepEqual((await ask('GET', 'https://page.test')).cors, {
    'access-control-allow-origin': '*',
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers': 'X-Token',
    'access-control-expose-headers': 'X-Total, *',
    'access-control-max-age': '60',
  });
});

test('OPTIONS is not asked for a password, anything else is, and the refusal can be read', async () => {
  await given({ 'enable-cors': 'true', 'auth-type': 'basic', 'auth-secret': 'users' });
  assert.equal((await ask('OPTIONS', 'https://page.test')).status, 204);
  const { status, cors } = await ask('GET', 'https://page.test');
  assert.deepEqual([status, cors['access-control-allow-origin']], [401, '*']);
});

test('origins that cannot be read are nobody, and the rest falls back', async () => {
  await given({ 'enable-cors': 'true', 'cors-allow-origin': 'https://page.test; evil' });
  assert.equal((await ask('GET')).status, 503);
  await given({ 'enable-cors': 'true', 'cors-allow-methods': 'GET;', 'cors-max-age': 'long' });
  assert.deepEqual((await ask('GET')).cors, usual);
  assert.equal(naru.problems.length, 2);
});
