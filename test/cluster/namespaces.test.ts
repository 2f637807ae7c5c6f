// Which namespaces are read, with the rights that this needs and no others.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type ClusterOptions, watchCluster } from '../../src/kube/cluster.ts';
import type { Connection } from '../../src/kube/connection.ts';
import { kindNames, kinds } from '../../src/kube/kinds.ts';
import { Recorder } from '../kube/support/recorder.ts';
import { accountWith } from '../support/account.ts';
import { sharedControlPlane } from '../support/cluster.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { clusterRules } from '../support/rules.ts';
import { Served } from '../support/serve.ts';

const rules = clusterRules('manifests/naru/rbac.yaml', 'manifests/naru/secrets.yaml');
const spec = { clusterIP: 'None', ports: [{ name: 'http', port: 80 }] };

describe('namespaces', () => {
  let control: ControlPlane;
  const opened: Recorder[] = [];

  before(async () => {
    control = await sharedControlPlane();
  });
  after(() => opened.forEach((events) => events.close()));

  const label = (namespace: string, team: string | null): Promise<unknown> =>
    control.call('PATCH', `/api/v1/namespaces/${namespace}`, { metadata: { labels: { team } } });
  const make = (namespace: string, name: string): Promise<unknown> =>
    control.call('POST', `/api/v1/namespaces/${namespace}/services`, { metadata: { name }, spec });

  async function follow(connection: Connection, options: ClusterOptions): Promise<Recorder> {
    const events = new Recorder(watchCluster(connection, options));
    opened.push(events);
    const wholes = kindNames.filter((kind) => kinds[kind].byName !== true);
    await events.reaches(() => events.all.filter(({ type }) => type === 'synced').length === wholes.length, 20_000);
    return events;
  }

  function services(events: Recorder): string {
    const found = [...events.objects().values()].filter(({ kind }) => kind === 'Service');
    return found
      .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
      .sort()
      .join();
  }

  test('by their labels, which they get and lose while Naru runs', async () => {
    const [a, b, c] = [await control.createNamespace('a'), await control.createNamespace('b'), await control.createNamespace('c')];
    const team = a;
    await label(a, team);
    for (const namespace of [a, b, c]) await make(namespace, 'web');
    const { connection } = await accountWith(control, { rules });
    const events = await follow(connection, {
      namespaceSelector: `team in (${team})`,
      always: [{ kind: 'Service', key: `${c}/web` }],
    });
    assert.equal(services(events), `${a}/web,${c}/web`);
    await make(b, 'early');
    await make(c, 'never');
    await label(b, team);
    await events.reaches(() => services(events) === `${a}/web,${b}/early,${b}/web,${c}/web`, 20_000);
    await make(b, 'late');
    await events.reaches(() => services(events).includes(`${b}/late`), 20_000);
    await label(a, null);
    await events.reaches(() => services(events) === `${b}/early,${b}/late,${b}/web,${c}/web`, 20_000);
    await make(a, 'later');
    await label(c, team);
    await events.reaches(() => services(events).includes(`${c}/never`), 20_000);
    await control.call('DELETE', `/api/v1/namespaces/${b}`);
    await events.reaches(() => services(events) === `${c}/never,${c}/web`, 20_000);
    // What was already known is not told again by the lists in between.
    assert.equal(events.all.filter((event) => event.type === 'upsert' && event.key === `${c}/web`).length, 1);
  });

  test('one, with a Role in it and no right to anything else', async () => {
    const namespace = await control.createNamespace('one');
    await make(namespace, 'web');
    const { connection, kubeconfig } = await accountWith(control, { rules, in: namespace });
    await assert.rejects(control.kubectl(['get', 'services', '--all-namespaces'], { kubeconfig }), /cannot list resource/);
    const troubles: string[] = [];
    const events = await follow(connection, { namespace, onTrouble: (kind) => void troubles.push(kind) });
    assert.equal(services(events), `${namespace}/web`);
    // Those that belong to no namespace.
    assert.deepEqual([...new Set(troubles)].sort(), ['GatewayClass', 'IngressClass', 'Namespace']);
  });

  test('one, for naru serve with the same Role: an Ingress is served by its class annotation', async () => {
    const namespace = await control.createNamespace('one');
    const { kubeconfig } = await accountWith(control, { rules, in: namespace });
    const naru = await Served.start(kubeconfig, ['--watch-namespace', namespace, '--leader-elect=false']);
    try {
      const first = await naru.accepted(0).catch((error: unknown) => {
        throw new Error(naru.log, { cause: error });
      });
      const backend = { service: { name: 'none', port: { number: 80 } } };
      const apply = (name: string, annotations: object, more: object): Promise<unknown> =>
        control.call('POST', `/apis/networking.k8s.io/v1/namespaces/${namespace}/ingresses`, {
          metadata: { name, annotations: { 'nginx.ingress.kubernetes.io/ssl-redirect': 'false', ...annotations } },
          spec: { ...more, rules: [{ host: `${name}.example.com`, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }] },
        });
      await apply('unknown', {}, { ingressClassName: 'naru' });
      await apply('ours', { 'kubernetes.io/ingress.class': 'naru' }, {});
      await naru.accepted(first);
      assert.equal((await naru.get('http://ours.example.com/')).status, 503);
      assert.equal((await naru.get('http://unknown.example.com/')).status, 404);
    } finally {
      await naru.stop();
    }
  });
});
