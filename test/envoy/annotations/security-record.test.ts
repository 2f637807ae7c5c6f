// What went wrong elsewhere with annotations that protect, each by its number.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Naru, sharedNaru } from '../../support/naru.ts';
import { configMapYaml, echoService, ingressYaml, secretYaml } from '../../support/yaml.ts';

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

test('CVE-2025-1974, 2025-24513: what loads or names files elsewhere loads and names nothing here', async () => {
  const values = {
    'auth-url': 'http://a.test/#;load_module /tmp/x.so;',
    'auth-tls-match-cn': 'CN=abc #(\n){}\n }}\nssl_engine /proc/1/fd/4;\n#',
    'mirror-target': 'http://a.test/;\n}}\nssl_engine /tmp/x;',
    'auth-secret': '../../../../etc/passwd',
    'auth-tls-secret': '../kube-system/token',
    'proxy-ssl-secret': 'a/b/../../c',
    'custom-headers': '../../etc/hosts',
  };
  const asking: Readonly<Record<string, Readonly<Record<string, string>>>> = {
    'auth-secret': { 'auth-type': 'basic' },
    'auth-tls-match-cn': { 'auth-tls-secret': 'users' },
  };
  for (const [name, value] of Object.entries(values)) {
    const annotations = { ...asking[name], [name]: value };
    const neighbour = ingressYaml({ name: 'neighbour', host: 'neighbour.test', paths: ['Prefix / web'] });
    await naru.given(
      neighbour + ingressYaml({ name: 'web', host: 'record.test', paths: ['Prefix / web'], annotations }) + echoService('web') + users,
    );
    // Where to mirror to protects nothing; all the others do.
    const expected = name === 'mirror-target' ? 'web' : name.startsWith('auth-tls') ? 403 : 503;
    assert.deepEqual([await naru.served('http://record.test/'), await naru.served('http://neighbour.test/')], [expected, 'web'], name);
  }
});

test('CVE-2025-15566: what an authentication service is told ends where its header does', async () => {
  const annotations = { 'auth-url': 'http://127.0.0.1:9/', 'auth-proxy-set-headers': 'told' };
  const path = ingressYaml({ name: 'web', host: 'record.test', paths: ['Prefix / web'], annotations }) + echoService('web');
  for (const value of ['a;\nproxy_pass http://b;', 'a\r\nX-Other: b', 'a\0b', '$nothing;']) {
    await naru.given(path + configMapYaml({ 'X-Told': value }, 'told'));
    assert.equal(await naru.served('http://record.test/'), 503, JSON.stringify(value));
  }
});

test('CVE-2026-4342: an older name of an annotation has the risk of the newer', async () => {
  const configured = await sharedNaru({ configMap: 'default/naru' });
  for (const name of ['allowlist-source-range', 'whitelist-source-range']) {
    const path = ingressYaml({ name: 'web', host: 'record.test', paths: ['Prefix / web'], annotations: { [name]: '127.0.0.0/8' } });
    for (const [level, expected] of [
      ['Low', 503],
      ['Medium', 'web'],
    ] as const) {
      await configured.given(path + echoService('web') + configMapYaml({ 'annotations-risk-level': level }));
      assert.equal(await configured.served('http://record.test/'), expected, `${name} ${level}`);
    }
  }
});

test('CVE-2025-47952, 2026-40912, 2026-48020, 2026-65600: no way to write a path leads around what protects it', async () => {
  await naru.given(
    ingressYaml({ name: 'open', host: 'record.test', paths: ['Prefix / web'] }) +
      ingressYaml({ name: 'admin', host: 'record.test', paths: ['Prefix /admin admin'], annotations: basic }) +
      echoService('web', 'admin') +
      users,
  );
  assert.equal(await naru.served('http://record.test/admin', { headers: ada }), 'admin');
  const around = [
    '//admin',
    '/./admin',
    '/x/../admin',
    '/%61dmin',
    '/%2e/admin',
    '/x/%2e%2e/admin',
    '/.%2e/admin',
    '/admin/',
    '/admin/./',
    '/admin//x',
    '/\\admin',
  ];
  for (const path of around) assert.equal((await naru.get(`http://record.test${path}`)).status, 401, path);
  for (const path of ['/%2fadmin', '/x%2f..%2fadmin', '/x/..%2fadmin', '/admin%2f', '/%5cadmin', '/x%5c..%5cadmin', '/admin%2f..']) {
    const { status, body } = await naru.get(`http://record.test${path}`);
    // Sent to the path that it would be, or taken for what it is: no backend sees a slash that was not compared.
    assert.ok(
      [307, 400, 401].includes(status) || (status === 200 && !/%2f|%5c|admin/i.test((JSON.parse(body) as { path: string }).path)),
      `${path} ${status}`,
    );
  }
});

test('CVE-2026-39858, 54763, 54764, 33433: nobody takes away or sets what a protection tells the backend', async () => {
  await naru.given(
    ingressYaml({ name: 'web', host: 'record.test', paths: ['Prefix / web'], annotations: basic }) + echoService('web') + users,
  );
  const forged = { x_real_ip: '192.0.2.1', 'x-original-uri': '/other', 'ssl-client-verify': 'SUCCESS', 'ssl-client-subject-dn': 'CN=root' };
  for (const connection of ['close', 'close, x-real-ip', 'close, authorization', 'x-forwarded-for']) {
    const { status, body } = await naru.get('http://record.test/', {
      headers: { ...ada, ...forged, connection, 'x-real-ip': '192.0.2.1' },
    });
    // Envoy takes away what a client wants taken away before anybody has looked at it, or answers 400.
    if (status !== 400 && status !== 401) {
      const { headers } = JSON.parse(body) as { headers: Record<string, string> };
      const told = ['x-real-ip', 'x-forwarded-for', 'x_real_ip', 'authorization'].map((name) => headers[name]);
      assert.deepEqual([status, told], [200, ['127.0.0.1', '127.0.0.1', undefined, undefined]], connection);
    }
    if (connection === 'close') assert.equal(status, 200);
  }
});

test('CVE-2026-39350: a dot in a name is a dot', async () => {
  const annotations = { 'enable-cors': 'true', 'cors-allow-origin': 'https://a.shop.test, https://*.b.test' };
  await naru.given(
    ingressYaml({ name: 'web', host: 'record.test', paths: ['Prefix / web'], annotations }) +
      ingressYaml({ name: 'wild', host: '*.wild.test', paths: ['Prefix / web'] }) +
      echoService('web'),
  );
  const told = async (origin: string) =>
    (await naru.get('http://record.test/', { headers: { origin } })).headers['access-control-allow-origin'];
  assert.deepEqual([await told('https://a.shop.test'), await told('https://x.b.test')], ['https://a.shop.test', 'https://x.b.test']);
  for (const origin of [
    'https://axshop.test',
    'https://a.shop.test.evil.test',
    'https://xxb.test',
    'https://x.b.test.evil.test',
    'https://evil.test/x.b.test',
  ]) {
    assert.equal(await told(origin), undefined, origin);
  }
  assert.deepEqual([await naru.served('http://a.wild.test/'), await naru.served('http://a.wildxtest/')], ['web', 404]);
});

test('CVE-2026-71327, 54765, 65601: two Ingresses with one Service keep each its own protections', async () => {
  await naru.given(
    ingressYaml({ name: 'open', host: 'record.test', paths: ['Prefix /open web'] }) +
      ingressYaml({
        name: 'closed',
        host: 'record.test',
        paths: ['Prefix /closed web'],
        annotations: { 'denylist-source-range': '0.0.0.0/0' },
      }) +
      ingressYaml({ name: 'asking', host: 'record.test', paths: ['Exact /open web'], annotations: basic }) +
      ingressYaml({ name: 'closed-open', host: 'record.test', paths: ['Exact /closed web'], annotations: basic }) +
      echoService('web') +
      users,
  );
  const statuses = await Promise.all(['/open/x', '/open', '/closed/x', '/closed'].map((path) => naru.served(`http://record.test${path}`)));
  assert.deepEqual(statuses, ['web', 401, 403, 401]);
});
