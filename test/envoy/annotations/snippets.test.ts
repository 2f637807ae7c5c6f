// configuration-snippet and server-snippet: what of them acts, and what closes paths instead.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Naru, sharedNaru } from '../../support/naru.ts';
import { configMapYaml, echoService, ingressYaml, type IngressText, tlsSecretYaml } from '../../support/yaml.ts';

let naru: Naru;
// A test of its own, because it takes the time to start an Envoy.
test('Naru starts with an Envoy', async () => {
  naru = await sharedNaru({ configMap: 'default/naru' });
});

const allowed = { 'allow-snippet-annotations': 'true', 'annotations-risk-level': 'Critical' };
const neighbour = ingressYaml({ name: 'neighbour', host: 'neighbour.test', paths: ['Prefix / web'] });

async function given(annotations: Readonly<Record<string, string>>, more: Partial<IngressText> = {}, settings = allowed): Promise<void> {
  const web = ingressYaml({ name: 'web', host: 'a.test', paths: ['Prefix / web', 'Exact /exact web'], annotations, ...more });
  await naru.given(configMapYaml(settings) + echoService('web') + neighbour + web);
}

async function answer(path = '/', headers: Readonly<Record<string, string>> = {}, details: Parameters<Naru['get']>[1] = {}) {
  const { status, body, headers: told } = await naru.get(`http://a.test${path}`, { headers, ...details });
  const seen = body.startsWith('{') ? (JSON.parse(body) as { host: string; headers: Record<string, string> }) : undefined;
  return { status, body, told, seen };
}

test('headers of requests and answers are what the snippet says', async () => {
  await given({
    'configuration-snippet': `
      set $team "shop-$namespace";  # a comment
      more_set_headers "X-Team: $team" "Content-Type: text/odd; 100%" ;
      add_header X-Added 'one "two"' always;
      proxy_set_header X-Client "$remote_addr";
      proxy_set_header Host inside.test;
      proxy_set_header X-Empty "";
      more_set_input_headers "X-More: yes";
      more_clear_input_headers X-Gone;`,
  });
  const { status, told, seen } = await answer('/', { 'x-client': 'me', 'x-empty': 'me', 'x-gone': 'me' });
  assert.deepEqual([status, told['x-team'], told['content-type'], told['x-added']], [200, 'shop-default', 'text/odd; 100%', 'one "two"']);
  const { host, headers = {} } = seen ?? {};
  assert.deepEqual(
    [host, headers['x-client'], headers['x-empty'], headers['x-more'], headers['x-gone']],
    ['inside.test', '127.0.0.1', undefined, 'yes', undefined],
  );
  await given({});
  const { told: untouched } = await answer();
  assert.deepEqual([untouched['x-team'], untouched['content-type']], [undefined, 'application/json']);
});

test('conditions divide requests, in their order and with what was set before', async () => {
  await given({
    'configuration-snippet': `
      set $kind "";
      if ($http_user_agent ~* "bot|crawler") { set $kind "B"; }
      if ($cookie_stage = "beta") { set $kind "\${kind}C"; }
      if ($arg_debug) { set $kind "\${kind}D"; }
      if ($kind = "BC") { return 403 "not for you"; }
      if ($request_method !~ ^(GET|HEAD)$) { return 405; }
      if ($http_x_token = "") { set $kind "\${kind}-"; }
      more_set_headers "X-Kind: $kind";`,
  });
  const kinds = [
    await answer(),
    await answer('/', { 'x-token': 'a' }),
    await answer('/exact', { 'user-agent': 'A Bot 1' }),
    await answer('/?a=b&debug=1', { cookie: 'a=b; stage=beta' }),
    await answer('/?debug=0', { cookie: 'stage=alpha' }),
  ];
  assert.deepEqual(
    kinds.map(({ status, told }) => [status, told['x-kind']]),
    [
      [200, '-'],
      [200, undefined],
      [200, 'B-'],
      [200, 'CD-'],
      [200, '-'],
    ],
  );
  const refused = await answer('/', { 'user-agent': 'bot', cookie: 'stage=beta' });
  assert.deepEqual([refused.status, refused.body], [403, 'not for you']);
  assert.equal((await answer('/', {}, { method: 'DELETE' })).status, 405);
});

test('what is not there is empty, for expressions that match the empty text as well', async () => {
  await given({
    'configuration-snippet': 'if ($http_x_key !~ "^$|^good$") { return 403; }\nif ($cookie_a ~ ^b?$) { add_header X-A yes; }',
  });
  const found = [
    await answer(),
    await answer('/', { 'x-key': 'good', cookie: 'a=b' }),
    await answer('/', { 'x-key': 'bad', cookie: 'a=c' }),
  ];
  assert.deepEqual(
    found.map(({ status, told }) => [status, told['x-a']]),
    [
      [200, 'yes'],
      [200, 'yes'],
      [403, undefined],
    ],
  );
  assert.equal((await answer('/', { cookie: 'a=c' })).told['x-a'], undefined);
});

test('a path in a condition ends where the query begins, and a host where its port does', async () => {
  await given({
    'server-snippet':
      'if ($uri ~ "\\.php$") { return 403; }\nif ($host = "A.test") { return 401; }\nif ($host !~ ^a\\.test$) { return 402; }',
  });
  const statuses = async (...paths: readonly string[]) => Promise.all(paths.map(async (path) => (await answer(path)).status));
  assert.deepEqual(await statuses('/a.php', '/a.php?b', '/b?c=a.php', '/a.php/b'), [403, 403, 401, 401]);
  await given({ 'server-snippet': 'if ($host !~ ^a\\.test$) { return 402; }' });
  assert.equal((await answer('/', { host: 'a.test:81' })).status, 200);
  await given({ 'server-snippet': 'if ($host !~ ^b\\.test$) { return 402; }' });
  assert.equal((await answer('/', { host: 'a.test:81' })).status, 402);
});

test('addresses are let in and kept out', async () => {
  await given({ 'configuration-snippet': 'deny 192.0.2.0/24;\nallow 127.0.0.0/8;\ndeny all;' });
  assert.equal((await answer()).status, 200);
  await given({ 'configuration-snippet': 'allow 192.0.2.0/24;\ndeny all;' });
  assert.equal((await answer()).status, 403);
  await given({ 'configuration-snippet': 'deny 127.0.0.1;\nallow all;', 'allowlist-source-range': '127.0.0.0/8' });
  assert.equal((await answer()).status, 403);
  assert.equal(await naru.served('http://neighbour.test/'), 'web');
});

test('a server-snippet answers for the whole host, before the redirect to https', async () => {
  await given({ 'server-snippet': 'rewrite ^/old/ /new permanent;\nif ($http_x_old) { return 301 https://b.test$request_uri; }' });
  const moved = [await answer('/exact?x=1', { 'x-old': '1' }), await answer('/old/a?b=c'), await answer('/old/a')];
  assert.deepEqual(
    moved.map(({ status, told }) => [status, told.location]),
    [
      [301, 'https://b.test/exact?x=1'],
      [301, 'http://a.test/new?b=c'],
      [301, 'http://a.test/new'],
    ],
  );
  await naru.given(
    configMapYaml(allowed) +
      echoService('web') +
      tlsSecretYaml('cert', 'a.test') +
      ingressYaml({
        ...{ name: 'web', host: 'a.test', paths: ['Prefix /web web'], tls: ['cert a.test'] },
        annotations: { 'server-snippet': 'if ($http_x_old) { return 410; }' },
      }),
  );
  const statuses = [await answer('/web', { 'x-old': '1' }), await answer('/none', { 'x-old': '1' }), await answer('/web')];
  assert.deepEqual(
    statuses.map(({ status }) => status),
    [410, 410, 308],
  );
});

test('locations of a server-snippet answer for their paths, the longest first', async () => {
  const snippet = `
    location = /robots.txt { add_header X-Robots yes; return 200 "Disallow: /"; }
    location ~ \\.git(/|$) { deny all; }
    location ~* ^/ADMIN { return 404; }
    location /shop/inside { if ($http_x_key = k) { return 410; } return 403; }
    location ^~ /shop/inside/a { deny 192.0.2.1; deny all; }`;
  const paths = ['Prefix / web', 'Prefix /shop web', 'Prefix /shop/inside/open web', 'Exact /exact web'];
  await given({ 'server-snippet': snippet }, { paths });
  const robots = await answer('/robots.txt');
  assert.deepEqual([robots.status, robots.body, robots.told['x-robots']], [200, 'Disallow: /', 'yes']);
  const expected = {
    '/robots.txt/a': 200,
    '/x/.git': 403,
    '/.git/config?a': 403,
    '/.gitignore?a=.git/': 200,
    '/Admin/a': 404,
    '/x/admin': 200,
    '/shop': 200,
    '/shop/inside': 403,
    '/shop/insider': 403,
    '/shop/inside/a': 403,
    '/shop/inside/open/x': 200,
    '/exact': 200,
  };
  for (const [path, status] of Object.entries(expected)) assert.equal((await answer(path)).status, status, path);
  assert.equal((await answer('/shop/inside', { 'x-key': 'k' })).status, 410);
  assert.equal(await naru.served('http://neighbour.test/.git'), 'web');
});

test('a header that is to be set to what is not known is never what the client says', async () => {
  await given({ 'configuration-snippet': 'proxy_set_header X-Remote-User $remote_user;\ngzip on;' });
  const { status, seen } = await answer('/', { 'x-remote-user': 'root' });
  assert.deepEqual([status, seen?.headers['x-remote-user']], [200, undefined]);
  assert.deepEqual(
    naru.problems.map(({ code }) => code),
    ['NR221'],
  );
});

test('a line that may protect something and is not read closes the paths, and no others', async () => {
  const lines = [
    'limit_req zone=a;',
    'if ($remote_addr = 192.0.2.1) { return 403; }',
    'if ($http_a ~ "(?!b)") { return 403; }',
    'auth_basic "x";',
    'more_set_headers "A: b"; }',
    'return 403 $remote_user;',
    'set $a $nobody; if ($a) { return 403; }',
    "access_by_lua_block { ngx.say('}') }",
    'location /x { proxy_pass http://elsewhere; }',
  ];
  for (const line of lines) {
    await given({ 'configuration-snippet': line });
    assert.deepEqual([(await answer()).status, await naru.served('http://neighbour.test/')], [503, 'web'], line);
    await given({ 'server-snippet': line });
    assert.deepEqual([(await answer()).status, await naru.served('http://neighbour.test/')], [503, 'web'], line);
  }
});

test('where snippets are not allowed, only those act that would keep somebody out: they close their paths', async () => {
  const settings = { ...allowed, 'allow-snippet-annotations': 'false' };
  await given({ 'configuration-snippet': 'more_set_headers "X-A: b";' }, {}, settings);
  const { status, told } = await answer();
  assert.deepEqual([status, told['x-a']], [200, undefined]);
  await given({ 'configuration-snippet': 'deny 192.0.2.1;' }, {}, settings);
  assert.equal((await answer()).status, 503);
});

test('above the risk that is allowed, an Ingress is closed, and a canary gets nothing', async () => {
  const settings = { ...allowed, 'annotations-risk-level': 'High' };
  await given({ 'configuration-snippet': 'gzip on;' }, {}, settings);
  assert.equal((await answer()).status, 503);
  await given({ 'configuration-snippet': 'gzip on;' });
  assert.equal((await answer()).status, 200);

  const canary = { canary: 'true', 'canary-weight': '100', 'canary-by-header': 'X-Canary' };
  const objects = ingressYaml({ name: 'new', host: 'neighbour.test', paths: ['Prefix / new'], annotations: canary }) + echoService('new');
  for (const [level, service] of [
    ['Medium', 'new'],
    ['Low', 'web'],
  ] as const) {
    await naru.given(configMapYaml({ 'annotations-risk-level': level }) + echoService('web') + neighbour + objects);
    assert.equal(await naru.served('http://neighbour.test/'), service);
  }
});
