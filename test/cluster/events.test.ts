// What `kubectl describe ingress` tells of Naru, which runs under its own ServiceAccount.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connect } from '../../src/kube/connection.ts';
import { createEvent, repeatEvent } from '../../src/kube/event-writes.ts';
import { sharedControlPlane } from '../support/cluster.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { eventually } from '../support/eventually.ts';
import { Served } from '../support/serve.ts';

interface EventList {
  readonly items: readonly {
    readonly type: string;
    readonly reason: string;
    readonly note: string;
    readonly series?: { readonly count: number };
  }[];
}

function ingress(name: string, service: string, className = 'naru'): string {
  const backend = { service: { name: service, port: { number: 80 } } };
  const rules = [{ host: `${name}.example.com`, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } }];
  const spec = { ingressClassName: className, rules };
  return JSON.stringify({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name }, spec });
}

describe('Events in a cluster', () => {
  let control: ControlPlane;
  let kubeconfig: string;
  let namespace: string;
  let naru: Served;

  const kubectl = (...args: readonly string[]): Promise<string> => control.kubectl(['--namespace', namespace, ...args]);
  const apply = (...objects: readonly string[]): Promise<string> =>
    control.kubectl(['--namespace', namespace, 'apply', '-f', '-'], { input: objects.join('\n---\n') });
  async function events(name: string): Promise<EventList['items']> {
    const selector = `regarding.kind=Ingress,regarding.name=${name}`;
    const list = JSON.parse(await kubectl('get', 'events.v1.events.k8s.io', '--field-selector', selector, '--output', 'json')) as EventList;
    return list.items;
  }
  const untilReasons = (name: string, ...reasons: readonly string[]): Promise<EventList['items']> =>
    eventually(`Events of ${name}: ${reasons.join(', ')}`, async () => {
      const found = await events(name);
      return reasons.every((reason) => found.some((event) => event.reason === reason)) ? found : undefined;
    });

  before(async () => {
    control = await sharedControlPlane();
    namespace = await control.createNamespace('events');
    await control.kubectl(['apply', '-f', 'manifests/naru/namespace.yaml']);
    await control.kubectl(['apply', '-f', 'manifests/naru']);
    kubeconfig = await control.kubeconfigFor('naru-system', 'naru');
    naru = await Served.start(kubeconfig);
    await naru.accepted(0);
    await eventually('it leads', async () => ((await naru.metric('naru_leader')) === 1 ? true : undefined));
  });

  after(async () => {
    await naru?.stop();
    await control?.kubectl(['delete', 'ingress', '--all', '--namespace', namespace]);
  });

  test('tell what is wrong, and that the Ingress is live', async () => {
    await apply(ingress('web', 'missing'), ingress('foreign', 'missing', 'nginx'));
    const found = await untilReasons('web', 'NR501', 'Effective');
    assert.equal(found.length, 2);
    assert.match(
      found.find(({ type }) => type === 'Warning')?.note ?? '',
      /^There is no Service \S+\/missing\. Requests for it are answered with 503\. Create/,
    );
    assert.match(
      found.find(({ type }) => type === 'Normal')?.note ?? '',
      /^Snapshot v\d+ with this Ingress is accepted by the connected Envoy\.$/,
    );
    const described = await kubectl('describe', 'ingress', 'web');
    assert.match(described, /Warning\s+NR501\s+.*naru\.io\/ingress-controller\s+/);
    assert.match(described, /Normal\s+Effective\s+/);
  });

  test('are not told again by the next replica, nor about changes of others', async () => {
    await naru.stop();
    naru = await Served.start(kubeconfig);
    await naru.accepted(0);
    await eventually('it leads', async () => ((await naru.metric('naru_leader')) === 1 ? true : undefined));
    await apply(ingress('another', 'missing'));
    await untilReasons('another', 'NR501', 'Effective');
    assert.equal((await events('web')).length, 2);
  });

  test('are made once, counted, and missed when they are gone', async () => {
    const connection = await connect({ kubeconfig });
    const event = {
      type: 'Warning',
      reason: 'NR501',
      action: 'Translate',
      note: 'It is so.',
      eventName: 'twice.1',
      reporter: 'test',
    } as const;
    const about = { namespace, name: 'twice', uid: 'u' };
    await createEvent(connection, about, event);
    await createEvent(connection, about, event);
    assert.equal(await repeatEvent(connection, namespace, 'twice.1', 2), true);
    const [found, ...others] = await events('twice');
    assert.deepEqual([found?.series?.count, others], [2, []]);
    assert.equal(await repeatEvent(connection, namespace, 'gone.1', 2), false);
  });

  test("need no more than Naru's rights", async () => {
    assert.doesNotMatch(naru.log, /forbidden|\b403\b/);
    const may = async (...args: readonly string[]): Promise<string> =>
      (await control.kubectl(['auth', 'can-i', ...args], { kubeconfig }).catch((error: unknown) => `no ${String(error)}`))
        .slice(0, 3)
        .trim();
    const inShop = ['--namespace', namespace];
    const allowed = [
      ['patch', 'ingresses.networking.k8s.io', '--subresource=status', ...inShop],
      ['create', 'events.events.k8s.io', ...inShop],
      ['create', 'leases.coordination.k8s.io', '--namespace', 'naru-system'],
      ['update', 'leases.coordination.k8s.io/naru-leader', '--namespace', 'naru-system'],
      ['watch', 'pods', '--namespace', 'naru-system'],
      ['watch', 'nodes'],
    ];
    const denied = [
      ['patch', 'ingresses.networking.k8s.io', ...inShop],
      ['update', 'ingresses.networking.k8s.io', '--subresource=status', ...inShop],
      ['delete', 'events.events.k8s.io', ...inShop],
      ['create', 'leases.coordination.k8s.io', ...inShop],
      ['update', 'leases.coordination.k8s.io/other', '--namespace', 'naru-system'],
      ['patch', 'services', ...inShop],
      ['list', 'pods', ...inShop],
      ['patch', 'nodes'],
    ];
    for (const args of allowed) assert.equal(await may(...args), 'yes', args.join(' '));
    for (const args of denied) assert.equal(await may(...args), 'no', args.join(' '));
  });

  test('are none with --events=false', async () => {
    await naru.stop();
    naru = await Served.start(kubeconfig, ['--events=false', '--update-status=false']);
    await naru.accepted(0);
    await apply(ingress('silent', 'missing'));
    await eventually('it is served', async () => ((await naru.get('http://silent.example.com/')).status === 503 ? true : undefined));
    assert.deepEqual(await events('silent'), []);
  });
});
