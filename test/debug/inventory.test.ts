// /debug/certs and /debug/graph, of what objects become.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { built, buildOptions } from '../support/build.ts';
import { certificateFor, certificateSecrets } from '../support/certificates.ts';
import { canaryIngress, ingress, naruClass, service, slice } from '../support/objects.ts';
import { json, serve } from './serve-for-tests.ts';
import { fleetOf } from './view-for-tests.ts';

const host = 'shop.example.com';
const [secret] = await certificateSecrets([host]);
assert.ok(secret !== undefined);
const objects = [
  ...[naruClass, service('web'), service('web-v2'), slice('web-1', 'web', ['10.0.0.1', '10.0.0.2']), slice('v2-1', 'web-v2', ['10.0.0.3'])],
  ...[
    secret,
    ingress({ name: 'web', host, paths: [{ path: '/', service: 'web' }], tls: [{ hosts: [host], secretName: secret.metadata.name }] }),
  ],
  canaryIngress({ name: 'web-canary', host, paths: [{ path: '/', service: 'web-v2' }], weight: 20 }),
  ingress({ name: 'odd"]', host: 'odd.example.com', paths: [{ path: '/', service: 'web' }] }),
];
const { current } = built(objects, {
  ...buildOptions,
  listen: { ...buildOptions.listen, defaultCertificate: await certificateFor(['default']) },
});
assert.ok(current !== undefined);
const fleets = () => [fleetOf('naru', [current])];

test('certificates: for whom, until when, and no key', async (t) => {
  const ask = await serve(t, { fleets });
  const { text, headers } = await ask(`/debug/certs?host=${host}`);
  assert.doesNotMatch(text, /PRIVATE|redacted/);
  const { certificates } = JSON.parse(text) as { certificates: Record<string, unknown>[] };
  assert.deepEqual(
    certificates.map(({ fleet, hosts, usedFor, key }) => ({ fleet, hosts, usedFor, key })),
    [{ fleet: 'naru', hosts: [host], usedFor: [host], key: 'ec' }],
  );
  assert.match(String(certificates[0]?.['notAfter']), /^\d{4}-\d\d-\d\dT/);
  assert.equal((await ask(`/debug/certs?host=${host}`, { headers: { 'if-none-match': String(headers.etag) } })).status, 304);
  const all = await json(ask('/debug/certs'));
  assert.equal((all['certificates'] as unknown[]).length, 2);
});

test('the graph of a host: from the listener to the clusters, and the objects that decide it', async (t) => {
  const ask = await serve(t, { fleets });
  const { nodes, edges } = (await json(ask(`/debug/graph.json?host=${host}`))) as {
    nodes: { id: string; kind: string; label: string; endpoints?: number }[];
    edges: { from: string; to: string; label?: string }[];
  };
  const labels = new Map(
    nodes.map(({ id, kind, label, endpoints }) => [id, `${kind} ${label}${endpoints === undefined ? '' : ` ${endpoints}`}`]),
  );
  assert.deepEqual(
    edges.map(({ from, to, label }) => `${labels.get(from)} -> ${labels.get(to)}${label === undefined ? '' : ` (${label})`}`).toSorted(),
    [
      'certificate shop.example.com -> host shop.example.com (TLS)',
      'host shop.example.com -> route Prefix /',
      'host shop.example.com -> route Prefix /, header x-forwarded-proto=http: redirect shop.example.com',
      'listener http, https -> host shop.example.com',
      ...['Ingress shop/web', 'Ingress shop/web-canary'].flatMap((object) => [
        `object ${object} -> route Prefix /`,
        `object ${object} -> route Prefix /, header x-forwarded-proto=http: redirect shop.example.com`,
      ]),
      'route Prefix / -> cluster shop/web-v2/80 1 (20 %)',
      'route Prefix / -> cluster shop/web/80 2 (80 %)',
    ],
  );
});

test('for Graphviz and for Mermaid: no text of a user closes a quotation', async (t) => {
  const ask = await serve(t, { fleets });
  const { text: dot, headers } = await ask('/debug/graph.dot?host=odd.example.com');
  assert.match(headers['content-type'] ?? '', /^text\/plain/);
  assert.ok(dot.includes(String.raw`label="Ingress shop/odd\"]"`), dot);
  assert.ok(dot.includes('"cluster shop/web/80" [shape=cylinder, label="shop/web/80 (2 endpoints)"]'), dot);
  const { text: mermaid } = await ask('/debug/graph.mmd?host=odd.example.com');
  assert.ok(mermaid.startsWith('flowchart LR\n'));
  assert.ok(mermaid.includes('["Ingress shop/odd#34;#93;"]'), mermaid);
});

test('a host that nobody asks for', async (t) => {
  const ask = await serve(t, { fleets });
  const { status, text } = await ask('/debug/graph.json?host=none.example.com');
  assert.equal(status, 404);
  assert.match(text, /No object asks for the host none\.example\.com\./);
});
