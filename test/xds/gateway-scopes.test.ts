// A change of one HTTPRoute costs its host, however many there are at the port.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../src/kube/objects.ts';
import { built } from '../support/build.ts';
import { readManifests } from '../support/manifests.ts';
import { upsert } from '../support/objects.ts';

const hosts = 50;

async function objectsOf(weight: number): Promise<readonly KubeObject[]> {
  const written = (kind: string, name: string, spec: object) =>
    JSON.stringify({ apiVersion: 'gateway.networking.k8s.io/v1', kind, metadata: { name, namespace: 'shop' }, spec });
  const backendRefs = [
    { name: 'a', port: 80, weight },
    { name: 'b', port: 80 },
  ];
  const texts = [
    written('GatewayClass', 'naru', { controllerName: 'naru.io/gateway-controller' }),
    written('Gateway', 'web', { gatewayClassName: 'naru', listeners: [{ name: 'http', port: 80, protocol: 'HTTP' }] }),
    ...Array.from({ length: hosts }, (_, index) =>
      written('HTTPRoute', `web-${index}`, { parentRefs: [{ name: 'web' }], hostnames: [`h${index}.test`], rules: [{ backendRefs }] }),
    ),
    ...['a', 'b'].map((name) =>
      JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'shop' }, spec: { ports: [{ port: 80 }] } }),
    ),
  ];
  const { events } = await readManifests(texts.join('\n---\n'));
  return events.flatMap((event) => (event.type === 'upsert' ? [event.object] : []));
}

test('a changed HTTPRoute changes the scope of its host alone', async () => {
  const build = built(await objectsOf(1));
  const scopes = [...(build.current?.resources.scopes.names() ?? [])].filter((name) => name.startsWith('h'));
  assert.equal(scopes.length, hosts);
  const changed = (await objectsOf(3)).find(({ kind, metadata }) => kind === 'HTTPRoute' && metadata.name === 'web-7');
  assert.ok(changed !== undefined);
  const { snapshot } = build.apply([upsert(changed)]);
  const changes = snapshot?.changes ?? [];
  assert.deepEqual(
    changes.map(({ type, name }) => `${type} ${name}`),
    ['scopes h7.test@127.0.0.1:80'],
  );
  assert.ok((changes[0]?.after?.bytes.length ?? Infinity) < 2_500);
});
