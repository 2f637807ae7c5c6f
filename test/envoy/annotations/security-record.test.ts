// What went wrong elsewhere with annotations that protect, each by its number.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Naru, sharedNaru } from '../../support/naru.ts';
import { echoService, ingressYaml, secretYaml } from '../../support/yaml.ts';

let naru: Naru;
test('Naru starts with an Envoy', async () => {
  naru = await sharedNaru();
});

const users = secretYaml('users', { auth: 'ada:{PLAIN}secret' });
const basic = { 'auth-type': 'basic', 'auth-secret': 'users' };
const ada = { authorization: `Basic ${Buffer.from('ada:secret').toString('base64')}` };

test('CVE-2026-24513: an error page for 401 shows nothing of the backend, and the status stays', async () => {
  const annotations = { ...basic, 'custom-http-errors': '401,403', 'default-backend': 'errors' };
  const path = ingressYaml({ name: 'web', host: 'record.test', paths: ['Prefix / web'], annotations });
  await naru.given(path + echoService('web', 'errors') + users);
  const { status, body } = await naru.get('http://record.test/');
  assert.ok(!body.includes('"service":"web"'), body);
  assert.ok(status === 401 || body.includes('"service":"errors"'), `${status} ${body}`);
  assert.equal(await naru.served('http://record.test/', { headers: ada }), 'web');
});

test('CVE-2026-67309: a rewrite leaves no dot segments behind that lead to a protected path', async () => {
  const open = { 'use-regex': 'true', 'rewrite-target': '/$1' };
  await naru.given(
    ingressYaml({ name: 'open', host: 'record.test', paths: ['ImplementationSpecific /open/(.*) web'], annotations: open }) +
      ingressYaml({ name: 'admin', host: 'record.test', paths: ['Prefix /admin web'], annotations: basic }) +
      echoService('web') +
      users,
  );
  assert.equal(await naru.served('http://record.test/admin'), 401);
  for (const path of ['/open/../admin', '/open/%2e%2e/admin', '/open/..%2fadmin', '/open//../admin', '/open/.%2e/admin']) {
    const { status, body } = await naru.get(`http://record.test${path}`);
    const seen = status === 200 ? (JSON.parse(body) as { path: string }).path : '';
    // `/open/x` is `/x` for its backend: that was asked for. No path is one of another Ingress once it has been rewritten.
    assert.ok(!/\.\.|%2e/i.test(seen) && (status === 200 || status === 401 || status === 307), `${path}: ${status} ${seen}`);
  }
});

test('CVE-2026-35051, 29054: what a client says of itself in headers is not believed', async () => {
  const annotations = { 'allowlist-source-range': '192.0.2.1' };
  await naru.given(ingressYaml({ name: 'web', host: 'record.test', paths: ['Prefix / web'], annotations }) + echoService('web'));
  for (const name of ['x-forwarded-for', 'x-real-ip', 'x_real_ip', 'forwarded', 'x-envoy-external-address', 'true-client-ip']) {
    assert.equal(await naru.served('http://record.test/', { headers: { [name]: '192.0.2.1' } }), 403, name);
  }
  assert.equal(await naru.served('http://record.test/', { headers: { connection: 'x-real-ip', 'x-real-ip': '192.0.2.1' } }), 403);
});

test('CVE-2024-7646: a line break hides nothing from what reads annotations', async () => {
  for (const annotations of [{ ...basic, 'auth-realm': 'a\n}' }, { 'allowlist-source-range': '10.0.0.0/8\n0.0.0.0/0' }]) {
    await naru.given(ingressYaml({ name: 'web', host: 'record.test', paths: ['Prefix / web'], annotations }) + echoService('web') + users);
    assert.equal(await naru.served('http://record.test/'), 503, JSON.stringify(annotations));
  }
});
