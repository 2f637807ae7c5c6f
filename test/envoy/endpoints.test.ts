// Which endpoints of a Service take requests, and how they share them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Naru, sharedNaru } from '../support/naru.ts';
import { namedServer } from '../support/named-server.ts';
import { ingressYaml } from '../support/yaml.ts';

let naru: Naru;
// A test of its own, because it takes the time to start an Envoy.
test('Naru starts with an Envoy', async () => {
  naru = await sharedNaru();
});

const web = ingressYaml({ name: 'web', host: 'endpoints.test', paths: ['Prefix / web'] });
const url = 'http://endpoints.test/';

interface Slice {
  readonly name?: string;
  readonly addressType?: string;
  readonly ports?: readonly object[];
  readonly endpoints: readonly object[];
}

function service(spec: object = {}, name = 'web'): string {
  return `---\n${JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ port: 80 }], ...spec } })}\n`;
}

function slices(...given: readonly Slice[]): string {
  const documents = given.map(({ name = 'web', addressType = 'IPv4', ports = [], endpoints }, index) =>
    JSON.stringify({
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: `${name}-${index}`, labels: { 'kubernetes.io/service-name': name } },
      addressType,
      ports,
      endpoints,
    }),
  );
  return documents.map((document) => `---\n${document}\n`).join('');
}

/** One endpoint at a port of this machine. */
function at(port: number, endpoint: object = {}, address = '127.0.0.1'): Slice {
  return { ports: [{ port }], endpoints: [{ addresses: [address], ...endpoint }] };
}

async function counts(times: number, from = naru): Promise<ReadonlyMap<string | number, number>> {
  const found = new Map<string | number, number>();
  for (let index = 0; index < times; index++) {
    const name = await from.served(url);
    found.set(name, (found.get(name) ?? 0) + 1);
  }
  return found;
}

test('what is about to end takes requests only while nothing is ready', async (t) => {
  const [ending, ready] = [await namedServer(t, 'ending'), await namedServer(t, 'ready')];
  const states = {
    ending: { conditions: { ready: false, serving: true, terminating: true } },
    deaf: { conditions: { ready: false, serving: false, terminating: true } },
    starting: { conditions: { ready: false, serving: false, terminating: false } },
  };
  await naru.given(web + service() + slices(at(ending, states.ending), at(ready, { conditions: { ready: true } })));
  assert.deepEqual([...(await counts(6)).keys()], ['ready']);
  await naru.given(web + service() + slices(at(ending, states.ending), at(ready, states.starting)));
  assert.deepEqual([...(await counts(6)).keys()], ['ending']);
  await naru.given(web + service() + slices(at(ending, states.deaf), at(ready, states.starting)));
  assert.deepEqual([...(await counts(3)).keys()], [503]);
});

test('a pod that is not ready but published all the same is ready to the slice, and takes requests', async (t) => {
  const port = await namedServer(t, 'early');
  // The controller of slices says ready for the Service's publishNotReadyAddresses, even of pods that end.
  const published = at(port, { conditions: { ready: true, serving: false, terminating: true } });
  await naru.given(web + service({ clusterIP: 'None', publishNotReadyAddresses: true }) + slices(published));
  assert.equal(await naru.served(url), 'early');
});

test('a named target port may be another number in each slice', async (t) => {
  const [a, b] = [await namedServer(t, 'a'), await namedServer(t, 'b')];
  const spec = { ports: [{ name: 'http', port: 80, targetPort: 'web' }] };
  const named = (port: number): Slice => ({
    ports: [
      { name: 'http', port },
      { name: 'admin', port: 1 },
    ],
    endpoints: [{ addresses: ['127.0.0.1'] }],
  });
  await naru.given(web + service(spec) + slices(named(a), named(b)));
  assert.deepEqual(new Set((await counts(10)).keys()), new Set(['a', 'b']));
});

test('a headless Service is served at its pods; slices without ports of their own take the target port', async (t) => {
  const port = await namedServer(t, 'pod');
  const spec = { clusterIP: 'None', ports: [{ port: 80, targetPort: port }] };
  await naru.given(web + service(spec) + slices({ endpoints: [{ addresses: ['127.0.0.1'] }] }));
  assert.equal(await naru.served(url), 'pod');
});

test('slices of host names, and slices of no Service, are passed by', async (t) => {
  const port = await namedServer(t, 'pod');
  const names: Slice = { addressType: 'FQDN', ports: [{ port: 80 }], endpoints: [{ addresses: ['pod.example.com'] }] };
  const orphan: Slice = { ...at(port), name: 'nobody' };
  await naru.given(web + service() + slices(names, orphan));
  assert.equal(await naru.served(url), 503);
  assert.deepEqual(
    naru.problems.map(({ code, source }) => `${code} ${source.kind} ${source.name} ${source.field}`),
    ['NR506 EndpointSlice web-0 addressType'],
  );
  await naru.given(web + service() + slices(names, at(port)));
  assert.deepEqual([...(await counts(6)).keys()], ['pod']);
});

test('a pod of two IP families is one endpoint, reached by whichever address answers', async (t) => {
  const v4 = await namedServer(t, 'a');
  await namedServer(t, 'a', '::1', v4);
  const both = await namedServer(t, 'b', '::1');
  const pod = (name: string) => ({ targetRef: { kind: 'Pod', name } });
  const given = (...families: readonly string[]) =>
    web +
    service({ ipFamilies: families }) +
    slices(
      at(v4, pod('a')),
      { ...at(v4, pod('a'), '::1'), addressType: 'IPv6' },
      // This one answers under its IPv6 address alone.
      at(both, pod('b')),
      { ...at(both, pod('b'), '::1'), addressType: 'IPv6' },
    );
  for (const families of [
    ['IPv4', 'IPv6'],
    ['IPv6', 'IPv4'],
  ]) {
    await naru.given(given(...families));
    const found = await counts(40);
    assert.deepEqual({ a: found.get('a'), b: found.get('b') }, { a: 20, b: 20 }, families.join());
  }
});

test('with sessionAffinity a client keeps its pod, and gets another when it goes', async (t) => {
  const names = ['a', 'b', 'c', 'd'];
  const ports = await Promise.all(names.map((name) => namedServer(t, name)));
  await naru.given(web + service({ sessionAffinity: 'ClientIP' }) + slices(...ports.map((port) => at(port))));
  const [[first] = []] = [...(await counts(20))];
  assert.deepEqual(await counts(20), new Map([[first, 20]]));
  const others = ports.filter((_, index) => names[index] !== first);
  await naru.given(web + service({ sessionAffinity: 'ClientIP' }) + slices(...others.map((port) => at(port))));
  const [[second] = [], ...more] = [...(await counts(20))];
  assert.ok(names.includes(String(second)) && second !== first && more.length === 0, `${String(first)}, then ${String(second)}`);
});

test('a thousand endpoints of one Service are taken in and used', async (t) => {
  const port = await namedServer(t, 'pod', '0.0.0.0');
  const addresses = Array.from({ length: 1000 }, (_, index) => `127.1.${Math.floor(index / 250)}.${(index % 250) + 1}`);
  const slice = (of: readonly string[]): Slice => ({ ports: [{ port }], endpoints: of.map((address) => ({ addresses: [address] })) });
  await naru.given(web + service() + slices(...[0, 250, 500, 750].map((from) => slice(addresses.slice(from, from + 250)))));
  assert.match(await naru.stats('cluster\\.default/web/80\\.membership_total'), /: 1000\n?$/);
  assert.deepEqual([...(await counts(1000))], [['pod', 1000]]);
});

test('hints for zones are followed by Envoys that know their zone, as long as every endpoint has one', async (t) => {
  const other = await Naru.start({ topologyAwareRouting: true, zone: 'zone-a' });
  t.after(() => other.stop());
  const ports = { a: await namedServer(t, 'a'), b: await namedServer(t, 'b'), c: await namedServer(t, 'c') };
  const hinted = (port: number, zone: string) => at(port, { hints: { forZones: [{ name: zone }] } });
  const names = async () => [...(await counts(30, other))].map(([name, count]) => `${name} ${count}`).sort();

  await other.given(web + service() + slices(hinted(ports.a, 'zone-a'), hinted(ports.b, 'zone-b'), hinted(ports.c, 'zone-b')));
  assert.deepEqual(await names(), ['a 30']);
  await other.given(web + service() + slices(hinted(ports.a, 'zone-a'), hinted(ports.b, 'zone-b'), at(ports.c)));
  assert.deepEqual(await names(), ['a 10', 'b 10', 'c 10']);
  await other.given(web + service() + slices(hinted(ports.b, 'zone-b'), hinted(ports.c, 'zone-c')));
  // An Envoy whose zone has none chooses among the others by chance: five standard deviations.
  const shares = await counts(400, other);
  assert.ok(Math.abs((shares.get('b') ?? 0) - 200) <= 50, JSON.stringify([...shares]));

  await naru.given(web + service() + slices(hinted(ports.a, 'zone-a'), hinted(ports.b, 'zone-b')));
  assert.deepEqual(new Set((await counts(10)).keys()), new Set(['a', 'b']), 'without --enable-topology-aware-routing hints are left aside');
});
