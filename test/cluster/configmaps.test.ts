// Naru's settings on a real API server, with the rights of the manifests: each change acts at once, and what is wrong acts as if it were not there.
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { choosePort } from '../../src/dev/ports.ts';
import { sharedControlPlane } from '../support/cluster.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { eventually } from '../support/eventually.ts';
import { Pod } from '../support/pod.ts';
import { Served } from '../support/serve.ts';

const maps = '/api/v1/namespaces/naru-system/configmaps';
const host = 'settings.example.com';

describe('ConfigMaps in a cluster', () => {
  let control: ControlPlane;
  let naru: Served;
  let namespace: string;
  let pod: Pod;
  let port: number;

  const name = (what: string): string => `${what}-of-${namespace}`;
  const create = (what: string, data: Readonly<Record<string, string>>) =>
    control.call('POST', maps, { metadata: { name: name(what) }, data });
  const replace = (what: string, data: Readonly<Record<string, string>>) =>
    control.call('PUT', `${maps}/${name(what)}`, { metadata: { name: name(what) }, data });

  before(async () => {
    control = await sharedControlPlane();
    namespace = await control.createNamespace('settings');
    await control.kubectl(['apply', '-f', 'manifests/naru/namespace.yaml']);
    await control.kubectl(['apply', '-f', 'manifests/naru']);
    port = await choosePort(0);
    const flags = ['--configmap', `naru-system/${name('settings')}`, '--tcp-services-configmap', `naru-system/${name('tcp')}`];
    naru = await Served.start(await control.kubeconfigFor('naru-system', 'naru'), flags);
    pod = await Pod.start('web', control.address);
    await control.runPods(namespace, { name: 'web', labels: { app: 'web' }, ports: { http: pod.port } });
    await control.call('POST', `/api/v1/namespaces/${namespace}/services`, {
      metadata: { name: 'web' },
      spec: { selector: { app: 'web' }, ports: [{ name: 'http', port: 80, targetPort: 'http' }] },
    });
    const backend = { service: { name: 'web', port: { number: 80 } } };
    await control.call('POST', `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`, {
      metadata: { name: 'web' },
      spec: { ingressClassName: 'naru', rules: [{ host, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] },
    });
    await eventually('the host is served', async () => ((await naru.get(`http://${host}/`)).status === 200 ? true : undefined), {
      deadlineMs: 30_000,
    });
  });

  after(async () => {
    await naru?.stop();
    await pod?.stop();
    await control?.kubectl(['delete', 'ingress', '--all', '--namespace', namespace]);
  });

  async function header(of: string): Promise<string | undefined> {
    const value = (await naru.get(`https://${host}/`, { fresh: true })).headers[of];
    return Array.isArray(value) ? value.join(',') : value;
  }

  async function until(of: string, expected: string | undefined): Promise<number> {
    const start = performance.now();
    await eventually(`${of} is ${expected}`, async () => ((await header(of)) === expected ? true : undefined));
    return performance.now() - start;
  }

  async function codes(): Promise<readonly string[]> {
    const found = (await naru.debug('/debug/problems')) as {
      problems: readonly { code: string; source: { name: string; field?: string } }[];
    };
    return found.problems
      .flatMap(({ code, source }) => (source.name.endsWith(namespace) ? [`${code} ${source.field ?? ''}`.trim()] : []))
      .sort();
  }

  test('one that comes late, changes, names another, and goes', async (t) => {
    assert.deepEqual(await codes(), ['NR801', 'NR808']);
    await until('strict-transport-security', 'max-age=31536000; includeSubDomains');
    await create('settings', { 'hsts-max-age': '60', 'add-headers': `naru-system/${name('headers')}`, 'keep-alive': 'long' });
    const times = [await until('strict-transport-security', 'max-age=60; includeSubDomains')];
    assert.deepEqual(await codes(), ['NR802 data.keep-alive', 'NR806 data.add-headers', 'NR808']);
    await create('headers', { 'X-Frame-Options': 'DENY' });
    times.push(await until('x-frame-options', 'DENY'));
    await replace('headers', { 'X-Frame-Options': 'SAMEORIGIN' });
    times.push(await until('x-frame-options', 'SAMEORIGIN'));
    await replace('settings', { hsts: 'false' });
    times.push(await until('strict-transport-security', undefined));
    assert.equal(await header('x-frame-options'), undefined);
    assert.deepEqual(await codes(), ['NR808']);
    await control.call('DELETE', `${maps}/${name('settings')}`);
    times.push(await until('strict-transport-security', 'max-age=31536000; includeSubDomains'));
    t.diagnostic(`until a change acts: ${times.map((time) => `${Math.round(time)} ms`).join(', ')}`);
    assert.ok(Math.max(...times) < 1000, times.join(', '));
  });

  test('one that an Ingress names, read where a role allows it', async () => {
    const annotate = (value: string | null) =>
      control.call('PATCH', `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses/web`, {
        metadata: { annotations: { 'nginx.ingress.kubernetes.io/custom-headers': value } },
      });
    const status = async (expected: number) =>
      eventually(`the status is ${expected}`, async () =>
        (await naru.get(`http://${host}/`, { fresh: true })).status === expected ? true : undefined,
      );
    await create('settings', { 'global-allowed-response-headers': 'X-Named' });
    await create('named', { 'X-Named': 'one' });
    await annotate(`naru-system/${name('named')}`);
    await until('x-named', 'one');
    await replace('named', { 'X-Named': 'two' });
    await until('x-named', 'two');
    // Nothing lets Naru read ConfigMaps of this namespace.
    await annotate('kube-root-ca.crt');
    await status(503);
    await annotate(null);
    await status(200);
    assert.equal(await header('x-named'), undefined);
    await control.call('DELETE', `${maps}/${name('settings')}`);
  });

  test('ports of TCP services open, move and close', async () => {
    const ask = async (): Promise<string> => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => {});
      socket.write('GET / HTTP/1.1\r\nHost: tcp\r\nConnection: close\r\n\r\n');
      return (await text(socket).catch(() => '')).includes('"service":"web"') ? 'web' : 'nobody';
    };
    const becomes = (expected: string) => eventually(expected, async () => ((await ask()) === expected ? true : undefined));
    assert.equal(await ask(), 'nobody');
    await create('tcp', { [port]: `${namespace}/web:http`, nonsense: 'x' });
    await becomes('web');
    assert.deepEqual(await codes(), ['NR801', 'NR809 data.nonsense']);
    await replace('tcp', { [port]: `${namespace}/other:http` });
    await becomes('nobody');
    await replace('tcp', { [port]: `${namespace}/web:80` });
    await becomes('web');
    await control.call('DELETE', `${maps}/${name('tcp')}`);
    await becomes('nobody');
  });
});
