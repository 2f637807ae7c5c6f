import assert from 'node:assert/strict';
import { test } from 'node:test';
import { podAddress } from '../support/local-address.ts';
import { Naru, sharedNaru } from '../support/naru.ts';
import { namedServer } from '../support/named-server.ts';
import { echoService, ingressYaml } from '../support/yaml.ts';

let naru: Naru;
// A test of its own, because it takes the time to start an Envoy.
test('Naru starts with an Envoy', async () => {
  naru = await sharedNaru();
});

const web = ingressYaml({ name: 'web', host: 'external.test', paths: ['Prefix / elsewhere', 'Prefix /here here'] }) + echoService('here');

function external(externalName: string, ports: readonly object[] = []): string {
  const spec = { type: 'ExternalName', externalName, ports };
  return `---\n${JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'elsewhere' }, spec })}\n`;
}

test('an external name is looked up by Envoy; the port is the target port', async (t) => {
  const address = await podAddress();
  const port = await namedServer(t, 'outside', address);
  await naru.given(web + external(address, [{ port: 80, targetPort: port }]));
  assert.equal(await naru.served('http://external.test/'), 'outside');
  assert.equal(await naru.served('http://external.test/here'), 'here');
});

test('without ports of its own it takes the port that the Ingress names', async (t) => {
  const address = await podAddress();
  const port = await namedServer(t, 'outside', address);
  await naru.given(
    web.replace('"name":"elsewhere","port":{"number":80}', `"name":"elsewhere","port":{"number":${port}}`) + external(address),
  );
  assert.equal(await naru.served('http://external.test/'), 'outside');
});

test('a name that does not resolve answers 503 for its own path, and delays nothing', async () => {
  await naru.given(web + external('no-such-host.invalid', [{ port: 80 }]));
  assert.equal(await naru.served('http://external.test/here'), 'here');
  assert.equal(await naru.served('http://external.test/'), 503);
});

test('a Service may change from an external name to pods and back', async (t) => {
  const address = await podAddress();
  const port = await namedServer(t, 'outside', address);
  for (const [service, expected] of [
    [external(address, [{ port: 80, targetPort: port }]), 'outside'],
    [echoService('elsewhere'), 'elsewhere'],
    [external(address, [{ port: 80, targetPort: port }]), 'outside'],
  ] as const) {
    await naru.given(web + service);
    assert.equal(await naru.served('http://external.test/'), expected);
  }
});

test('names of the proxy itself and of metadata services are refused', async () => {
  const refused = [
    'localhost',
    'a.localhost',
    '127.0.0.1',
    '127.1.2.3',
    '0.0.0.0',
    '169.254.169.254',
    '169.254.1.1',
    '127.1',
    '2130706433',
  ];
  for (const name of [...refused, '0x7f000001', '100.100.100.200', 'metadata.google.internal.', 'localhost.']) {
    await naru.given(web + external(name, [{ port: 80 }]));
    assert.equal(await naru.served('http://external.test/'), 503, name);
    assert.equal(await naru.served('http://external.test/here'), 'here', name);
    const [problem, ...others] = naru.problems;
    assert.deepEqual([problem?.code, problem?.source.field, others], ['NR505', 'spec.rules[0].http.paths[0]', []], name);
  }
});

test('they can be turned off as a whole', async (t) => {
  const other = await Naru.start({ externalNames: false });
  t.after(() => other.stop());
  await other.given(web + external('example.com', [{ port: 80 }]));
  assert.equal(await other.served('http://external.test/'), 503);
  assert.equal(await other.served('http://external.test/here'), 'here');
  assert.deepEqual(
    other.problems.map(({ code }) => code),
    ['NR504'],
  );
});
