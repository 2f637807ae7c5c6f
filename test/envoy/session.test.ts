// Sessions by cookie: who gets one, what it looks like, and where it leads.
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { type Naru, sharedNaru } from '../support/naru.ts';
import { configMapYaml, echoService, ingressYaml, sliceYaml } from '../support/yaml.ts';
import { listen, portOf } from '../support/listen.ts';

let naru: Naru;
const pods: { readonly server: Server; readonly port: number }[] = [];
/** Pods that break every connection off. */
const broken = new Set<number>();

async function pod(): Promise<number> {
  const server = createServer((request, response) => {
    const port = portOf(server);
    if (broken.has(port)) request.socket.destroy();
    else response.end(String(port));
  });
  const port = await listen(server);
  pods.push({ server, port });
  return port;
}

function slices(service: string, ports: readonly number[]): string {
  return ports.map((port) => sliceYaml(service, ['127.0.0.1'], port).replace(`"${service}-1"`, `"${service}-${port}"`)).join('');
}

interface Visit {
  /** Port of the pod, or the status. */
  readonly by: number;
  readonly setCookie: readonly string[];
  /** What the client sends the next time. */
  readonly cookie: string;
}

async function visit(cookie = '', url = 'http://session.test/', headers: Readonly<Record<string, string>> = {}): Promise<Visit> {
  const { status, body, headers: got } = await naru.get(url, { headers: { ...(cookie === '' ? {} : { cookie }), ...headers } });
  const setCookie = got['set-cookie'] ?? [];
  const next = [...(cookie === '' ? [] : [cookie]), ...setCookie.map((one) => one.split(';')[0] ?? '')].join('; ');
  return { by: status === 200 ? Number(body) : status, setCookie, cookie: next };
}

/** A Service of these pods, whose Ingress has these annotations besides `affinity`. */
async function given(annotations: Readonly<Record<string, string>>, ports: readonly number[]): Promise<void> {
  const web = ingressYaml({
    ...{ name: 'web', host: 'session.test', paths: ['Prefix / web', 'Prefix /app web'] },
    annotations: { affinity: 'cookie', 'ssl-redirect': 'false', ...annotations },
  });
  const none = ingressYaml({ name: 'none', host: 'none.test', paths: ['Prefix / web'] });
  await naru.given(web + none + echoService('web') + slices('web', ports));
}

describe('sessions', () => {
  let all: number[];
  before(async () => {
    naru = await sharedNaru();
    all = [await pod(), await pod(), await pod()];
  });
  after(() => {
    for (const { server } of pods) {
      server.closeAllConnections();
      server.close();
    }
  });

  test('the path of a cookie is as clients write it, and holds no attributes', async () => {
    const paths = ['Prefix /a/b;Domain=shop.test web', 'Prefix /c\u0001 web'];
    const web = ingressYaml({ name: 'web', host: 'session.test', paths, annotations: { affinity: 'cookie' } });
    await naru.given(web + echoService('web') + slices('web', all));
    assert.deepEqual(naru.problems, []);
    assert.match((await visit('', 'http://session.test/a/b;Domain=shop.test')).setCookie[0] ?? '', /; Path=\/a\/; HttpOnly$/);
    assert.match((await visit('', 'http://session.test/c%01')).setCookie[0] ?? '', /; Path=\/c%01; HttpOnly$/);
  });

  for (const mode of ['balanced', 'persistent']) {
    test(`a client stays where it began, ${mode}`, async () => {
      await given({ 'affinity-mode': mode }, all);
      const seen = new Set<number>();
      for (let client = 0; client < 12; client++) {
        const first = await visit();
        assert.match(first.setCookie[0] ?? '', /^INGRESSCOOKIE=[^;]+; .*HttpOnly/);
        seen.add(first.by);
        for (let index = 0; index < 5; index++) {
          const again = await visit(first.cookie);
          assert.deepEqual({ by: again.by, setCookie: again.setCookie }, { by: first.by, setCookie: [] });
        }
      }
      assert.ok(seen.size > 1, 'clients go to several pods');
      assert.deepEqual((await visit('', 'http://none.test/')).setCookie, []);
    });
  }

  test('when pods come, no client moves in persistent mode and only some do in balanced mode; when its pod goes, a client moves', async () => {
    for (const mode of ['balanced', 'persistent']) {
      await given({ 'affinity-mode': mode }, all.slice(0, 2));
      const clients = await Promise.all(Array.from({ length: 30 }, () => visit()));
      await given({ 'affinity-mode': mode }, all);
      const later = await Promise.all(clients.map(({ cookie }) => visit(cookie)));
      const moved = later.filter(({ by }, index) => by !== clients[index]?.by).length;
      if (mode === 'persistent') assert.equal(moved, 0);
      else assert.ok(moved < 30, 'all have moved');
      const [gone] = clients.map(({ by }) => by);
      await given(
        { 'affinity-mode': mode },
        all.filter((port) => port !== gone),
      );
      for (const { cookie } of clients) assert.ok([200, ...all].includes((await visit(cookie)).by));
    }
  });

  test('the cookie is as the annotations say', async () => {
    const cookieOf = async (annotations: Readonly<Record<string, string>>, url?: string, headers?: Readonly<Record<string, string>>) => {
      await given(annotations, all);
      const [text = ''] = (await visit('', url, headers)).setCookie;
      const [value = '', ...attributes] = text.split('; ');
      return [value.split('=')[0], ...attributes.filter((one) => !one.startsWith('Path') && one !== 'HttpOnly').sort()].join(' ');
    };
    const none = { 'session-cookie-samesite': 'none', 'session-cookie-conditional-samesite-none': 'true' };
    const old = {
      'user-agent': 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/60.0.3112.113 Safari/537.36',
    };
    for (const mode of ['balanced', 'persistent']) {
      const own = { 'affinity-mode': mode };
      assert.equal(await cookieOf(own), 'INGRESSCOOKIE');
      assert.equal(await cookieOf(own, 'https://session.test/'), 'INGRESSCOOKIE Secure');
      assert.equal(await cookieOf({ ...own, 'session-cookie-secure': 'true' }), 'INGRESSCOOKIE Secure');
      assert.equal(await cookieOf({ ...own, 'session-cookie-name': 'route' }), 'route');
      assert.equal(await cookieOf({ ...own, 'session-cookie-domain': 'session.test' }), 'INGRESSCOOKIE Domain=session.test');
      assert.equal(await cookieOf({ ...own, 'session-cookie-max-age': '60', 'session-cookie-expires': '90' }), 'INGRESSCOOKIE Max-Age=60');
      assert.equal(await cookieOf({ ...own, 'session-cookie-expires': '90' }), 'INGRESSCOOKIE Max-Age=90');
      assert.equal(await cookieOf({ ...own, 'session-cookie-samesite': 'strict' }), 'INGRESSCOOKIE SameSite=Strict');
      assert.equal(await cookieOf({ ...own, ...none }), 'INGRESSCOOKIE SameSite=None');
      assert.equal(await cookieOf({ ...own, ...none }, 'https://session.test/', old), 'INGRESSCOOKIE Secure');
      assert.equal(await cookieOf({ ...own, 'session-cookie-samesite': 'None' }, undefined, old), 'INGRESSCOOKIE SameSite=None');
    }
  });

  test('clients come back also where requests are not given identifiers', async () => {
    const silent = await sharedNaru({ configMap: 'default/naru' });
    const web = ingressYaml({ name: 'web', host: 'session.test', paths: ['Prefix / web'], annotations: { affinity: 'cookie' } });
    await silent.given(configMapYaml({ 'generate-request-id': 'false' }) + web + echoService('web') + slices('web', all));
    const get = (cookie?: string) => silent.get('http://session.test/', cookie === undefined ? {} : { headers: { cookie } });
    const firsts = await Promise.all(Array.from({ length: 12 }, () => get()));
    const cookies = firsts.map(({ headers }) => headers['set-cookie']?.[0]?.split(';')[0] ?? '');
    assert.equal(new Set(cookies).size, 12);
    for (const [index, cookie] of cookies.entries()) assert.equal((await get(cookie)).body, firsts[index]?.body);
    assert.ok(new Set(firsts.map(({ body }) => body)).size > 1);
  });

  test('its path is that of the Ingress, or the one that is written', async () => {
    for (const mode of ['balanced', 'persistent']) {
      await given({ 'affinity-mode': mode }, all);
      assert.match((await visit('', 'http://session.test/app/x')).setCookie[0] ?? '', /; Path=\/app;/);
      await given({ 'affinity-mode': mode, 'session-cookie-path': '/app/x' }, all);
      assert.match((await visit('', 'http://session.test/app/x')).setCookie[0] ?? '', /; Path=\/app\/x;/);
    }
  });

  test('a client changes its pod on a failure only where that is asked for', async () => {
    for (const mode of ['balanced', 'persistent']) {
      for (const change of ['false', 'true']) {
        await given({ 'affinity-mode': mode, 'session-cookie-change-on-failure': change }, all);
        const { by, cookie } = await visit();
        broken.add(by);
        const again = await visit(cookie);
        broken.clear();
        if (change === 'false') assert.ok(again.by >= 500 && again.by < 600, `${mode}: ${again.by}`);
        else assert.ok(again.by > 1000 && again.by !== by, `${mode}: ${again.by}`);
        if (mode === 'persistent') assert.equal(again.setCookie.length, change === 'true' ? 1 : 0);
      }
    }
  });

  test('whoever may change finds another pod, wherever the hash of the session leads', async () => {
    await given({ 'session-cookie-change-on-failure': 'true' }, all);
    for (let client = 0; client < 60; client++) {
      const { by, cookie } = await visit();
      broken.add(by);
      const again = await visit(cookie);
      broken.clear();
      assert.ok(again.by > 1000 && again.by !== by, `client ${client}: ${again.by}`);
    }
  });

  test('with a canary, clients stay on their side, unless each request is to be decided anew', async () => {
    const [a = 0, b = 0] = all;
    const canary = (more: Readonly<Record<string, string>>, weight = '50') =>
      ingressYaml({ name: 'web', host: 'session.test', paths: ['Prefix / web'], annotations: { affinity: 'cookie' } }) +
      ingressYaml({
        ...{ name: 'canary', host: 'session.test', paths: ['Prefix / canary'] },
        annotations: { canary: 'true', 'canary-weight': weight, ...more },
      }) +
      echoService('web', 'canary') +
      slices('web', [a]) +
      slices('canary', [b]);
    await naru.given(canary({ 'canary-by-header': 'x-canary' }));
    const clients = await Promise.all(Array.from({ length: 40 }, () => visit()));
    assert.deepEqual(new Set(clients.map(({ by }) => by)), new Set([a, b]));
    for (const { by, cookie } of clients) assert.equal((await visit(cookie, undefined, { 'x-canary': 'always' })).by, by);
    const chosen = await visit('', undefined, { 'x-canary': 'always' });
    assert.equal((await visit(chosen.cookie)).by, b);

    await naru.given(canary({}, '0'));
    for (const { by, cookie } of clients) assert.equal((await visit(cookie)).by, by);

    await naru.given(canary({ 'affinity-canary-behavior': 'legacy' }, '0'));
    for (const { cookie } of clients) assert.equal((await visit(cookie)).by, a);
  });
});
