import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { typeUrls } from '../../src/snapshot/resource.ts';
import { makeResource } from '../../src/xds/make-resource.ts';
import { json, serve } from './serve-for-tests.ts';
import { cluster, fleetOf, partsOf, proxy, snapshotsOf } from './view-for-tests.ts';

describe('/debug/snapshots', () => {
  const snapshots = snapshotsOf('naru', [cluster('b'), cluster('a')], [cluster('b', '6s'), cluster('c')]);
  const fleets = () => [fleetOf('naru', snapshots), fleetOf('edge', [])];

  test('tells what every fleet should run', async (t) => {
    const ask = await serve(t, { fleets });
    const page = await json(ask('/debug/snapshots'));
    assert.equal(page['apiVersion'], 'naru.io/debug/v1');
    const [naru, edge] = page['fleets'] as Record<string, unknown>[];
    const [first, second] = snapshots;
    assert.equal(naru?.['version'], 2);
    assert.equal(naru['hash'], second?.hash);
    assert.equal(naru['cause'], 'step 2');
    assert.equal(naru['time'], '2026-01-01T12:01:00.000Z');
    const { clusters, ...others } = naru['resources'] as Record<string, { name: string; version: string }[]>;
    assert.deepEqual(
      clusters?.map(({ name }) => name),
      ['a', 'b', 'c'],
    );
    assert.equal(clusters[0]?.version, cluster('a').version);
    assert.deepEqual(others, { endpoints: [], secrets: [], extensions: [], listeners: [], scopes: [], routes: [] });
    assert.deepEqual(naru['changes'], [
      { type: 'clusters', name: 'b', verb: 'changed' },
      { type: 'clusters', name: 'c', verb: 'added' },
    ]);
    const history = naru['history'] as Record<string, unknown>[];
    assert.deepEqual(
      history.map(({ version }) => version),
      [2, 1],
    );
    assert.deepEqual(history[1], {
      version: 1,
      hash: first?.hash,
      cause: 'step 1',
      summary: '2 changed',
      time: '2026-01-01T12:00:00.000Z',
      added: 1,
      changed: 0,
      removed: 0,
      objects: [{ kind: 'Ingress', namespace: 'shop', name: 'web', verb: 'changed', by: 'helm', at: '2026-01-01T11:59:59.000Z' }],
      objectCount: 1,
      types: { clusters: { added: 1, changed: 0, removed: 0 } },
      gatheredMs: 5,
      builtMs: 1.2,
      firstAcceptedMs: 20,
      allAcceptedMs: null,
      acceptedBy: 1,
      refusedBy: ['node-3'],
    });
    assert.deepEqual(edge, { name: 'edge', version: 0, quarantine: [], history: [] });
  });

  test('one of the last', async (t) => {
    const kept = { ...fleetOf('naru', snapshots), snapshot: (number: number) => snapshots.find((one) => one.number === number) };
    const ask = await serve(t, { fleets: () => [kept] });
    const { resources, snapshot, ...first } = await json(ask('/debug/snapshots/v1'));
    assert.deepEqual(first, {
      apiVersion: 'naru.io/debug/v1',
      fleet: 'naru',
      version: 1,
      hash: snapshots[0]?.hash,
      cause: 'step 1',
      summary: '2 changed',
      time: '2026-01-01T12:00:00.000Z',
      changes: [
        { type: 'clusters', name: 'a', verb: 'added' },
        { type: 'clusters', name: 'b', verb: 'added' },
      ],
    });
    assert.deepEqual(
      (resources as { clusters: { name: string }[] }).clusters.map(({ name }) => name),
      ['a', 'b'],
    );
    assert.equal((snapshot as { builtMs: number }).builtMs, 1.2);
    const old = await ask('/debug/snapshots/7');
    assert.equal(old.status, 404);
    assert.match(old.text, /Snapshot 7 of fleet naru is not kept: it is too old, or does not exist\./);
    assert.match((await ask('/debug/snapshots/newest')).text, /newest is no range of snapshots/);
  });

  test('one fleet; whoever has the same already is told so', async (t) => {
    const ask = await serve(t, { fleets });
    const { headers, text } = await ask('/debug/snapshots?fleet=naru');
    assert.equal((JSON.parse(text) as { fleets: unknown[] }).fleets.length, 1);
    const { etag = '' } = headers;
    assert.match(etag, /^"[\w-]{22}"$/);
    const again = await ask('/debug/snapshots?fleet=naru', { headers: { 'if-none-match': etag } });
    assert.deepEqual([again.status, again.text], [304, '']);
    const { status, text: unknown } = await ask('/debug/snapshots?fleet=none');
    assert.equal(status, 404);
    assert.match(unknown, /There is no fleet none; there are naru, edge\./);
  });
});

describe('/debug/proxies', () => {
  test('tells what each Envoy accepted and refused', async (t) => {
    const refused = { snapshot: 7, message: 'no such filter', names: ['http'], at: Date.UTC(2026, 0, 2) };
    const types = { listeners: { subscribed: true, resources: 1, sent: 7, acknowledged: 6, refused } };
    const at = Date.UTC(2026, 0, 3);
    const ask = await serve(t, {
      proxies: () => [proxy('b'), proxy('a', { version: '1.40.0', accepted: 6, types })],
      refusals: () => [{ id: 'lost', cluster: 'nauru', address: '10.0.0.7:1', reason: 'no such fleet', at }],
    });
    const page = await json(ask('/debug/proxies'));
    const [a, b] = page['proxies'] as Record<string, unknown>[];
    const { types: printed, ...rest } = a ?? {};
    assert.deepEqual(rest, {
      id: 'a',
      cluster: 'naru',
      fleet: 'naru',
      address: '10.0.0.9:4000',
      connectedSince: '2026-01-01T00:00:00.000Z',
      protocol: 'delta',
      envoyVersion: '1.40.0',
      acceptedVersion: 6,
      putAside: [],
    });
    const { listeners, clusters } = printed as Record<string, unknown>;
    assert.deepEqual(listeners, {
      typeUrl: typeUrls.listeners,
      subscribed: true,
      resources: 1,
      sent: 7,
      acknowledged: 6,
      refused: { version: 7, message: 'no such filter', resources: ['http'], sources: [], at: '2026-01-02T00:00:00.000Z' },
      lag: null,
    });
    const idle = { typeUrl: typeUrls.clusters, subscribed: false, resources: 0, sent: 0, acknowledged: 0, refused: null, lag: null };
    assert.deepEqual(clusters, idle);
    assert.equal(b?.['envoyVersion'], null);
    assert.deepEqual(page['refusedStreams'], [
      { id: 'lost', cluster: 'nauru', address: '10.0.0.7:1', reason: 'no such fleet', at: '2026-01-03T00:00:00.000Z' },
    ]);
  });
});

describe('/debug/xds', () => {
  const key = Buffer.from('-----BEGIN PRIVATE KEY-----').toString('base64');
  const certificate = Buffer.from('-----BEGIN CERTIFICATE-----').toString('base64');
  const secret = makeResource(
    'secrets',
    {
      name: 'shop/tls',
      tls_certificate: {
        certificate_chain: { inline_bytes: certificate },
        private_key: { inline_bytes: key },
        password: { inline_string: 'open' },
      },
    },
    partsOf('shop/tls'),
  );
  const tickets = makeResource(
    'secrets',
    {
      name: 'tickets',
      session_ticket_keys: { keys: [{ inline_bytes: key }] },
    },
    partsOf('tickets'),
  );
  const password = makeResource(
    'secrets',
    {
      name: 'token',
      generic_secret: { secret: { inline_string: 'open sesame' } },
    },
    partsOf('token'),
  );
  const fleets = () => [
    fleetOf('naru', snapshotsOf('naru', [cluster('shop/web/80'), secret, tickets, password])),
    fleetOf('edge', snapshotsOf('edge', [cluster('shop/web/80', '1s')])),
  ];

  test('decodes resources, with where they come from', async (t) => {
    const ask = await serve(t, { fleets });
    const page = await json(ask('/debug/xds/clusters?fleet=naru'));
    assert.deepEqual(page, {
      apiVersion: 'naru.io/debug/v1',
      type: 'clusters',
      resources: [
        {
          fleet: 'naru',
          name: 'shop/web/80',
          version: cluster('shop/web/80').version,
          sources: [{ kind: 'Ingress', namespace: 'shop', name: 'web' }],
          resource: { name: 'shop/web/80', connect_timeout: '5s' },
        },
      ],
    });
    const both = await json(ask('/debug/xds/clusters'));
    assert.deepEqual(
      (both['resources'] as { fleet: string }[]).map(({ fleet }) => fleet),
      ['naru', 'edge'],
    );
    assert.deepEqual((await json(ask('/debug/xds/routes')))['resources'], []);
  });

  test('one resource, its slashes written either way', async (t) => {
    const ask = await serve(t, { fleets });
    for (const path of ['/debug/xds/clusters/shop/web/80', '/debug/xds/clusters/shop%2Fweb%2F80']) {
      const { resources } = await json(ask(`${path}?fleet=edge`));
      assert.deepEqual(
        (resources as { resource: unknown }[]).map((row) => row.resource),
        [{ name: 'shop/web/80', connect_timeout: '1s' }],
      );
    }
    const { status, text } = await ask('/debug/xds/clusters/other');
    assert.equal(status, 404);
    assert.match(text, /There is no other among the clusters\./);
    assert.equal((await ask('/debug/xds/filters')).status, 404);
  });

  test('shows certificates, and no private key, ticket key or password', async (t) => {
    const ask = await serve(t, { fleets });
    const { text } = await ask('/debug/xds/secrets');
    assert.ok(text.includes(certificate));
    for (const hidden of [key, 'open']) assert.ok(!text.includes(hidden), hidden);
    assert.equal(text.match(/\[redacted\]/g)?.length, 4);
  });

  test('many resources come in order', async (t) => {
    const names = Array.from({ length: 350 }, (_, index) => `c${String(index).padStart(3, '0')}`);
    const ask = await serve(t, {
      fleets: () => [
        fleetOf(
          'naru',
          snapshotsOf(
            'naru',
            names.map((name) => cluster(name)),
          ),
        ),
      ],
    });
    const { resources } = await json(ask('/debug/xds/clusters'));
    assert.deepEqual(
      (resources as { name: string }[]).map(({ name }) => name),
      names,
    );
  });
});
