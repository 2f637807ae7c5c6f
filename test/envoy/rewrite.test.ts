// What routes change of paths and hosts, where copies of requests go, and answers with headers: what a backend sees, and what a client.
import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import { after, before, describe, test } from 'node:test';
import type { PathMatch, Route } from '../../src/model/route.ts';
import type { Rewrite, RoutePolicy } from '../../src/model/route-policy.ts';
import { eventually } from '../support/eventually.ts';
import { listen, portOf } from '../support/listen.ts';
import { ModelFleet } from '../support/model-fleet.ts';
import { forwarding, hosts, service } from '../support/model-source.ts';
import { type Answer, request } from '../support/request.ts';

let fleet: ModelFleet;
let backend: Server;
let mirror: Server;
const copies: string[] = [];

/** Answers with `HOST URL`. */
async function answering(onRequest: (asked: string) => void): Promise<Server> {
  const server = createServer((incoming, answer) => {
    const asked = `${incoming.headers.host} ${incoming.url}`;
    onRequest(asked);
    answer.end(asked);
  });
  await listen(server);
  return server;
}

describe('rewrite', () => {
  before(async () => {
    backend = await answering(() => undefined);
    mirror = await answering((asked) => copies.push(asked));
    fleet = await ModelFleet.start(['node-1']);
  });

  after(async () => {
    await fleet.stop();
    backend.close();
    mirror.close();
  });

  async function serve(match: PathMatch, policy: RoutePolicy, more: Partial<Route> = {}): Promise<void> {
    const route: Route = { ...forwarding('/', 'shop/web/80', 'web'), match, policy, ...more };
    const web = service('web', [portOf(backend)]);
    const copy = service('copy', [portOf(mirror)]);
    const key = 'shop/web/80';
    const upstream = { ...web.upstreams[key], key, namespace: 'shop', service: 'web', port: 80, sources: [] };
    const upstreams = { ...copy.upstreams, [key]: { ...upstream, policy: { refuseDotSegments: true } as const } };
    await fleet.given({
      ...{ upstreams, endpoints: { ...web.endpoints, ...copy.endpoints } },
      virtualHosts: hosts({ hostname: 'shop.test', routes: [route] }),
    });
    assert.deepEqual(fleet.problems, []);
  }

  function get(path: string): Promise<Answer> {
    return request(`http://shop.test${path}`, fleet.ports);
  }

  /** What the backend sees of each of these paths, or the status if it sees nothing. */
  async function seen(match: PathMatch, rewrite: Rewrite, paths: readonly string[]): Promise<Record<string, string>> {
    await serve(match, { rewrite });
    const found: Record<string, string> = {};
    for (const path of paths) {
      const { status, body } = await get(path);
      found[path] = status === 200 ? body : String(status);
    }
    return found;
  }

  const table = [
    ['/foo', '/xyz', { '/foo/bar?q=1': '/xyz/bar?q=1', '/foo': '/xyz', '/foo/': '/xyz/' }],
    ['/foo', '/xyz/', { '/foo/bar?q=1': '/xyz/bar?q=1', '/foo': '/xyz/' }],
    ['/foo', '/', { '/foo/bar': '/bar', '/foo': '/', '/foo/': '/', '/foo?q=1': '/?q=1' }],
    ['/foo', '', { '/foo/bar': '/bar', '/foo': '/' }],
    ['/', '/xyz', { '/': '/xyz/', '/bar': '/xyz/bar' }],
    ['/a.b+c', '/$1\\0', { '/a.b+c/d': '/$1\\0/d' }],
    ['/a.b', '/$1\\0/', { '/a.b/d': '/$1\\0/d' }],
  ] as const;

  for (const [prefix, path, expected] of table) {
    test(`the prefix ${prefix} becomes ${JSON.stringify(path)}`, async () => {
      const wanted = Object.fromEntries(Object.entries(expected).map(([asked, url]) => [asked, `shop.test ${url}`]));
      assert.deepEqual(await seen({ type: 'prefix', path: prefix }, { path: { type: 'prefix', path } }, Object.keys(expected)), wanted);
    });
  }

  test('the whole path becomes another one, and the query stays', async () => {
    const path = { type: 'full', path: '/one\\1' } as const;
    assert.deepEqual(await seen({ type: 'prefix', path: '/' }, { path }, ['/', '/a/b?q=1']), {
      '/': 'shop.test /one\\1',
      '/a/b?q=1': 'shop.test /one\\1?q=1',
    });
  });

  test('a path is made of what groups of a regular expression have matched; without regard to case and to what follows, if it is loose', async () => {
    const path = { type: 'captures', target: ['/x\\/', 2, '/', 1] } as const;
    const match = { type: 'regex', path: '/(a+)/(b*)' } as const;
    assert.deepEqual(await seen(match, { path }, ['/a/bb?q=1', '/A/b', '/a/bbc']), {
      '/a/bb?q=1': 'shop.test /x\\/bb/a?q=1',
      '/A/b': '404',
      '/a/bbc': '404',
    });
    assert.deepEqual(await seen({ ...match, loose: true }, { path }, ['/a/bb?q=1', '/AA/Bc/d', '/x/a/b']), {
      '/a/bb?q=1': 'shop.test /x\\/bb/a?q=1',
      '/AA/Bc/d': 'shop.test /x\\/B/AA',
      '/x/a/b': '404',
    });
  });

  test('no rewrite leads out of where it leads to', async () => {
    const path = { type: 'captures', target: ['/public/', 1] } as const;
    const asked = ['/app/x', '/app../x', '/app..', '/app./x', '/app%2e%2E/x', '/app..;a=1/x', '/app..\\x', '/app.x/..y', '/app/x?y=/../'];
    assert.deepEqual(await seen({ type: 'regex', path: '/app/?(.*)' }, { path }, asked), {
      '/app/x': 'shop.test /public/x',
      '/app../x': '403',
      '/app..': '403',
      '/app./x': '403',
      '/app%2e%2E/x': '403',
      '/app..;a=1/x': '403',
      '/app..\\x': '403',
      '/app.x/..y': 'shop.test /public/.x/..y',
      '/app/x?y=/../': 'shop.test /public/x?y=/../',
    });
    const bare = { type: 'captures', target: [1] } as const;
    assert.deepEqual(await seen({ type: 'regex', path: '/app(.*)' }, { path: bare }, ['/app/x', '/appx']), {
      '/app/x': 'shop.test /x',
      '/appx': '403',
    });
  });

  test('the host becomes another one, or is made of what the request says', async () => {
    const match = { type: 'prefix', path: '/' } as const;
    assert.deepEqual(await seen(match, { host: ['inner.test'] }, ['/a']), { '/a': 'inner.test /a' });
    const host = ['inner.', { name: 'authority' }] as const;
    assert.deepEqual(await seen(match, { host, path: { type: 'full', path: '/b' } }, ['/a']), { '/a': 'inner.shop.test /b' });
  });

  test('copies of requests go elsewhere, all of them or none, and leave the answer alone', async () => {
    const match = { type: 'prefix', path: '/' } as const;
    await serve(match, { mirrors: [{ upstream: 'shop/copy/80', host: 'copy.test' }] });
    assert.equal((await get('/a?q=1')).body, 'shop.test /a?q=1');
    assert.equal(await eventually('the copy arrives', () => copies.pop()), 'copy.test /a?q=1');

    await serve(match, { mirrors: [{ upstream: 'shop/copy/80', perMillion: 0 }] });
    await get('/none');
    await serve(match, { mirrors: [{ upstream: 'shop/copy/80' }] });
    await get('/all');
    assert.equal(await eventually('the copy arrives', () => copies.pop()), 'shop.test /all');
    assert.deepEqual(copies, []);
  });

  test('answers have headers, made of what the request says', async () => {
    const value = [{ name: 'scheme' }, '://', { name: 'authority' }, '/100%'] as const;
    const action = { type: 'answer', status: 302, body: '', headers: [{ name: 'location', value }] } as const;
    await serve({ type: 'prefix', path: '/' }, {}, { action });
    const { status, headers } = await get('/a');
    assert.deepEqual([status, headers.location], [302, 'http://shop.test/100%']);
  });

  test('redirects replace the prefix as rewrites do', async () => {
    const action = { type: 'redirect', status: 302, path: { type: 'prefix', path: '/' } } as const;
    await serve({ type: 'prefix', path: '/foo' }, {}, { action });
    assert.equal((await get('/foo/bar?q=1')).headers.location, 'http://shop.test/bar?q=1');
  });
});
