// Gateways with Envoys, or with a load balancer, of their own: what is made for them, by the rights that Naru has, and that it serves them and nobody else.
import assert from 'node:assert/strict';
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { AdsClientTls } from '../../src/dev/bootstrap.ts';
import { EnvoyProcess } from '../../src/dev/envoy-process.ts';
import { choosePort } from '../../src/dev/ports.ts';
import { makeAdsCertificates } from '../../src/runtime/ads-certificates.ts';
import { envoyForTests } from '../dev/envoy-for-tests.ts';
import { Audit } from '../support/audit.ts';
import { type ControlPlane, startControlPlane } from '../support/control-plane.ts';
import { eventually } from '../support/eventually.ts';
import { installGatewayApi } from '../support/gateway-definitions.ts';
import { startMadeEnvoy } from '../support/made-envoy.ts';
import type { Deployment, Gateway, Listed, Made, Secret, Service } from '../support/made-objects.ts';
import { gateway, gatewayClass, group, route } from '../support/own-gateway.ts';
import { Pod } from '../support/pod.ts';
import { request } from '../support/request.ts';
import { Served } from '../support/serve.ts';

const groups = {
  gateways: `apis/${group}/v1`,
  gatewayclasses: `apis/${group}/v1`,
  deployments: 'apis/apps/v1',
  services: 'api/v1',
  secrets: 'api/v1',
  networkpolicies: 'apis/networking.k8s.io/v1',
} as const;
const kinds = ['deployments', 'services', 'secrets', 'networkpolicies'] as const;

describe('a Gateway with Envoys of its own', () => {
  let control: ControlPlane;
  let naru: Served;
  let namespace: string;
  let folder: string;
  let pod: Pod;
  let port: number;
  let sharedPort: number;
  let envoy: ChildProcess | undefined;
  let sharedEnvoy: EnvoyProcess | undefined;
  let audit: Audit | undefined;
  let clientTls: AdsClientTls;
  /** The first of a few ports of the shared Envoys. */
  let balanced: number;

  const apply = (...objects: readonly object[]): Promise<string> =>
    control.kubectl(['--namespace', namespace, 'apply', '-f', '-'], {
      input: objects.map((object) => JSON.stringify(object)).join('\n---\n'),
    });
  const get = async <T>(kind: keyof typeof groups, name: string): Promise<T> =>
    (await control.call('GET', `/${groups[kind]}/${kind === 'gatewayclasses' ? '' : `namespaces/${namespace}/`}${kind}/${name}`)) as T;
  const made = <T>(kind: keyof typeof groups): Promise<T> => eventually(`${kind} is made\n${naru.log}`, () => get<T>(kind, 'web-own'));
  const programmed = async (name: string) =>
    (await get<Gateway>('gateways', name)).status?.conditions?.find(({ type }) => type === 'Programmed');

  before(async () => {
    control = await startControlPlane();
    folder = mkdtempSync(join(tmpdir(), 'naru-own-'));
    namespace = await control.createNamespace('own');
    await control.kubectl(['label', 'namespace', namespace, 'pod-security.kubernetes.io/enforce=restricted']);
    await control.kubectl(['apply', '-f', 'manifests/naru/namespace.yaml']);
    const manifests = ['naru', 'gateway-infrastructure', 'gateway-load-balancers'];
    await control.kubectl(['apply', ...manifests.flatMap((name) => ['-f', `manifests/${name}`])]);
    const account = 'system:serviceaccount:naru-system:naru';
    audit = await Audit.of(control, account, await control.kubeconfigFor('naru-system', 'naru'));
    const files = await makeAdsCertificates(['naru.naru-system.svc'], 'naru', 1);
    const write = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    const tls = [
      ...['--ads-tls-cert', write('server.crt', files.server.chain), '--ads-tls-key', write('server.key', files.server.privateKey)],
      ...['--ads-tls-client-ca', write('ca.crt', files.authority), '--gateway-authority-key', write('ca.key', files.authorityKey)],
    ];
    await installGatewayApi(control, 'standard');
    pod = await Pod.start('web', control.address);
    // A Service without a selector: no pod of this namespace may run as the test's do.
    const slice = {
      apiVersion: 'discovery.k8s.io/v1',
      kind: 'EndpointSlice',
      metadata: { name: 'web', labels: { 'kubernetes.io/service-name': 'web' } },
      addressType: 'IPv4',
      ports: [{ name: 'http', port: pod.port }],
      endpoints: [{ addresses: [control.address] }],
    };
    await apply({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' }, spec: { ports: [{ name: 'http', port: 80 }] } }, slice);
    [port, sharedPort] = [await choosePort(0), await choosePort(0)];
    clientTls = {
      certificate: write('client.crt', files.client.chain),
      privateKey: write('client.key', files.client.privateKey),
      serverCa: join(folder, 'ca.crt'),
      serverName: 'naru.naru-system.svc',
    };
    balanced = await choosePort(0);
    naru = await Served.start(audit.kubeconfig, [...tls, '--gateway-ports', `${balanced}-${balanced + 15}`]);
    await apply(
      gatewayClass('own', { 'naru.io/gateway-infrastructure': 'own' }),
      gatewayClass('shared', {}),
      gatewayClass('balanced', { 'naru.io/gateway-infrastructure': 'load-balancer' }),
      gatewayClass('odd', { 'naru.io/gateway-infrastructure': 'rented' }),
    );
    const read = async () => ((await naru.snapshots()).version > 0 ? true : undefined);
    await eventually('Naru has read everything', read, { deadlineMs: 120_000 });
  });

  after(async () => {
    envoy?.kill('SIGKILL');
    await sharedEnvoy?.stop();
    await naru?.stop();
    await pod?.stop();
    await control?.stop();
    audit?.forget();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  });

  test('a class of such Gateways is accepted before there is any Envoy, and one that says something else is not', async () => {
    const accepted = (name: string) =>
      eventually(`the class ${name} has a status\n${naru.log}`, async () => {
        const { status } = await get<Gateway>('gatewayclasses', name);
        return status?.conditions?.find(({ type, reason: why }) => type === 'Accepted' && why !== 'Pending');
      });
    assert.equal((await accepted('own')).status, 'True');
    assert.equal((await accepted('odd')).reason, 'InvalidParameters');
  });

  test('its Deployment, Service, Secret and NetworkPolicy belong to it and say what spec.infrastructure asks for', async () => {
    await apply(
      gateway('web', 'own', port, { labels: { team: 'shop' }, annotations: { 'example.com/balancer': 'internal' } }),
      gateway('other', 'shared', sharedPort),
      route('mine', 'web'),
      route('theirs', 'other'),
    );
    for (const sort of kinds) {
      const { metadata } = await made<Made>(sort);
      assert.deepEqual(
        metadata.ownerReferences.map(({ kind, name }) => ({ kind, name })),
        [{ kind: 'Gateway', name: 'web' }],
      );
      assert.equal(metadata.labels['team'], 'shop');
      assert.equal(metadata.labels[`${group}/gateway-name`], 'web');
      assert.equal(metadata.annotations['example.com/balancer'], 'internal');
    }
    const { spec } = await made<Service>('services');
    assert.equal(spec.type, 'LoadBalancer');
    assert.deepEqual(
      spec.ports.map(({ port: at, targetPort }) => [at, targetPort]),
      [[port, port]],
    );
    // The strictest of the Pod Security Standards lets its pods be.
    const [one] = await eventually('its pod is made', async () => {
      const listed = (await control.call('GET', `/api/v1/namespaces/${namespace}/pods`)) as Listed;
      return listed.items.length > 0 ? listed.items : undefined;
    });
    assert.equal(one?.metadata.labels['team'], 'shop');
    assert.equal(one?.metadata.annotations['example.com/balancer'], 'internal');
    const others = await control.kubectl([
      'get',
      'deployments',
      '--all-namespaces',
      '--selector',
      `${group}/gateway-name=other`,
      '--output=name',
    ]);
    assert.equal(others, '');
  });

  test('it has the address of its Service, and is programmed when its Envoy serves it', async () => {
    await eventually('there is no address', async () => ((await programmed('web'))?.reason === 'AddressNotAssigned' ? true : undefined));
    const path = `/api/v1/namespaces/${namespace}/services/web-own/status`;
    await control.call('PATCH', path, { status: { loadBalancer: { ingress: [{ ip: '192.0.2.7' }] } } });
    await eventually('it waits for its Envoy', async () => ((await programmed('web'))?.reason === 'Pending' ? true : undefined));

    envoy = await startMadeEnvoy(await made<Deployment>('deployments'), await made<Secret>('secrets'), join(folder, 'pod'), naru.ports.ads);
    await eventually(`it is programmed\n${naru.log}`, async () => ((await programmed('web'))?.status === 'True' ? true : undefined));
    assert.deepEqual((await get<Gateway>('gateways', 'web')).status?.addresses, [{ type: 'IPAddress', value: '192.0.2.7' }]);
    const ask = (hostname: string) => request(`http://${hostname}:${port}/`, { http: port, https: 0 }, { address: '127.0.0.1' });
    await eventually('its route answers', async () => ((await ask('mine.example.com')).status === 200 ? true : undefined));
    assert.equal((await ask('theirs.example.com')).status, 404);
    const { body } = await request(`http://127.0.0.1:${sharedPort}/`, { http: sharedPort, https: 0 }).catch(() => ({
      body: 'nobody listens',
    }));
    assert.equal(body, 'nobody listens');
    // The shared Gateway has no Envoy here.
    assert.notEqual((await programmed('other'))?.status, 'True');
  });

  test('one that has nothing to serve yet waits for no Envoy', async () => {
    const listeners = [{ name: 'tls', port, protocol: 'TLS', tls: { mode: 'Passthrough' } }];
    await apply({ apiVersion: `${group}/v1`, kind: 'Gateway', metadata: { name: 'idle' }, spec: { gatewayClassName: 'own', listeners } });
    await eventually('its Service is made', () => get<Service>('services', 'idle-own'));
    const path = `/api/v1/namespaces/${namespace}/services/idle-own/status`;
    await control.call('PATCH', path, { status: { loadBalancer: { ingress: [{ ip: '192.0.2.8' }] } } });
    await eventually(`it is programmed\n${naru.log}`, async () => ((await programmed('idle'))?.status === 'True' ? true : undefined));
    await control.kubectl(['--namespace', namespace, 'delete', 'gateway', 'idle']);
  });

  test('what somebody deletes comes again', async () => {
    await control.kubectl(['--namespace', namespace, 'delete', 'service', 'web-own']);
    await made<Service>('services');
  });

  test('everything goes with it', async () => {
    await control.kubectl(['--namespace', namespace, 'delete', 'gateway', 'web']);
    await nothingLeftOf('web');
  });

  test('what somebody else has of the name is left alone, and told; when that is gone it is made', async () => {
    await apply({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'taken-own' }, spec: { ports: [{ port: 1 }] } });
    await apply(gateway('taken', 'own', port));
    const told = await eventually('it is told', async () => {
      const found = await programmed('taken');
      return found?.reason === 'NoResources' ? found : undefined;
    });
    assert.equal(
      told.message,
      `What it needs could not be made: Service ${namespace}/taken-own exists and is not the Gateway's: rename one of them.`,
    );
    assert.deepEqual(
      (await get<Service>('services', 'taken-own')).spec.ports.map(({ port: at }) => at),
      [1],
    );
    await control.call('DELETE', `/api/v1/namespaces/${namespace}/services/taken-own`);
    await eventually(`all is made\n${naru.log}`, () => get('deployments', 'taken-own'), { deadlineMs: 60_000 });
  });

  test('what a Gateway of another class does not want any more is taken away', async () => {
    await control.call('PATCH', `/${groups.gateways}/namespaces/${namespace}/gateways/taken`, { spec: { gatewayClassName: 'shared' } });
    await nothingLeftOf('taken');
  });

  test('one with a load balancer is served by the shared Envoys, on a port of its own', async () => {
    await apply(gateway('front', 'balanced', 80, { labels: { team: 'shop' }, annotations: { 'example.com/balancer': 'internal' } }));
    await apply(route('front', 'front'));
    const service = await eventually(`its Service is made\n${naru.log}`, () => balancerOf('front'));
    const { metadata, spec } = service;
    assert.equal(metadata.labels['team'], 'shop');
    assert.equal(metadata.annotations['example.com/balancer'], 'internal');
    assert.deepEqual([spec.type, spec.selector], ['LoadBalancer', { 'app.kubernetes.io/name': 'naru-envoy' }]);
    const [{ port: at, targetPort } = { port: 0, targetPort: 0 }] = spec.ports;
    assert.equal(at, 80);
    assert.ok(targetPort >= balanced && targetPort < balanced + 16);
    await eventually('it has no address', async () => ((await programmed('front'))?.reason === 'AddressNotAssigned' ? true : undefined));

    // Who balances loads in this cluster is this test.
    const status = { loadBalancer: { ingress: [{ ip: '192.0.2.8' }] } };
    await control.call('PATCH', `/api/v1/namespaces/naru-system/services/${metadata.name}/status`, { status });
    sharedEnvoy = EnvoyProcess.start({
      envoy: await envoyForTests(),
      bootstrap: { nodeId: 'shared-1', adsAddress: { host: '127.0.0.1', port: naru.ports.ads }, adsTls: clientTls },
    });
    await eventually(`it is programmed\n${naru.log}`, async () => ((await programmed('front'))?.status === 'True' ? true : undefined));
    assert.deepEqual((await get<Gateway>('gateways', 'front')).status?.addresses, [{ type: 'IPAddress', value: '192.0.2.8' }]);
    const { status: answer } = await request('http://front.example.com/', { http: targetPort, https: 0 }, { address: '127.0.0.1' });
    assert.equal(answer, 200);
  });

  test('its Service goes with it', async () => {
    await control.call('DELETE', `/${groups.gateways}/namespaces/${namespace}/gateways/front`);
    await eventually('it is gone', async () => ((await balancerOf('front')) === undefined ? true : undefined));
  });

  async function balancerOf(name: string): Promise<Service | undefined> {
    const list = await control.call('GET', `/api/v1/namespaces/naru-system/services?labelSelector=${group}/gateway-name=${name}`);
    return (list as { readonly items: readonly Service[] }).items[0];
  }

  async function nothingLeftOf(name: string): Promise<void> {
    const isGone = async (): Promise<true | undefined> => {
      const lists = await Promise.all(
        kinds.map((kind) =>
          control.call('GET', `/${groups[kind]}/namespaces/${namespace}/${kind}?labelSelector=${group}/gateway-name=${name}`),
        ),
      );
      return lists.every((list) => (list as Listed).items.length === 0) ? true : undefined;
    };
    // Who collects garbage looks only twice a minute for new kinds of owners.
    await eventually(`nothing is left\n${naru.log}`, isGone, { deadlineMs: 90_000 });
  }

  test('it was allowed all that it asked for, and of what the manifests for Gateways allow it has used each right', () => {
    // To apply what is not there takes the right to create it.
    const asked = (audit?.asked() ?? []).flatMap(({ what, code }) =>
      code === 201 ? [what, what.replace('patch', 'create')] : [`${what}${code === 403 ? ' 403' : ''}`],
    );
    const of = ['/secrets', '/services', 'apps/deployments', 'networking.k8s.io/networkpolicies'];
    const rights = of.flatMap((resource) => ['get', 'create', 'patch', 'delete'].map((verb) => `${verb} ${resource}`));
    const statuses = ['gatewayclasses', 'gateways', 'httproutes'].map((kind) => `patch ${group}/${kind}/status`);
    const unused = [...rights, ...statuses].filter((right) => !asked.includes(right));
    assert.deepEqual([...unused, ...asked.filter((what) => what.endsWith(' 403'))], []);
  });
});
