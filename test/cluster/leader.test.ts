// Several replicas of Naru: one writes. They run under Naru's own ServiceAccount.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { sharedControlPlane } from '../support/cluster.ts';
import type { ControlPlane } from '../support/control-plane.ts';
import { eventually } from '../support/eventually.ts';
import { Served } from '../support/serve.ts';
import { WatchedIngresses } from '../support/watched-ingresses.ts';

interface RawLease {
  readonly metadata: { readonly resourceVersion: string };
  readonly spec: { readonly holderIdentity: string; readonly leaseDurationSeconds: number; readonly leaseTransitions: number };
}

function ingress(name: string): string {
  const rules = [{ host: `${name}.example.com` }];
  const defaultBackend = { service: { name: 'web', port: { number: 80 } } };
  const spec = { ingressClassName: 'naru', defaultBackend, rules };
  return JSON.stringify({ apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name }, spec });
}

describe('replicas in a cluster', () => {
  let control: ControlPlane;
  let kubeconfig: string;
  let namespace: string;
  let watched: WatchedIngresses;
  const replicas: Served[] = [];

  const apply = (...objects: readonly string[]): Promise<string> =>
    control.kubectl(['--namespace', namespace, 'apply', '-f', '-'], { input: objects.join('\n---\n') });

  /** Each writes another address, by which its writes are known. */
  async function startReplica(...more: readonly string[]): Promise<Served> {
    const flags = ['--publish-status-address', `192.0.2.${replicas.length + 1}`, '--lease-duration', '6', ...more];
    const replica = await Served.start(kubeconfig, flags);
    replicas.push(replica);
    await replica.accepted(0);
    return replica;
  }

  const leads = async (replica: Served): Promise<boolean> => (await replica.metric('naru_leader')) === 1;
  const untilLeading = (replica: Served, deadlineMs: number): Promise<true> =>
    eventually('it leads', async () => ((await leads(replica)) ? true : undefined), { deadlineMs });
  async function lease(): Promise<RawLease> {
    return JSON.parse(await control.kubectl(['--namespace', 'naru-system', 'get', 'lease', 'naru-leader', '--output', 'json'])) as RawLease;
  }
  async function writerOf(name: string): Promise<string | undefined> {
    const appeared = watched.addressesOf(`${namespace}/${name}`);
    await apply(ingress(name));
    return (await appeared)[0]?.ip;
  }

  before(async () => {
    control = await sharedControlPlane();
    namespace = await control.createNamespace('leader');
    await control.kubectl(['apply', '-f', 'manifests/naru/namespace.yaml']);
    await control.kubectl(['apply', '-f', 'manifests/naru']);
    await control.kubectl(['--namespace', 'naru-system', 'delete', 'lease', 'naru-leader', '--ignore-not-found']);
    kubeconfig = await control.kubeconfigFor('naru-system', 'naru');
    watched = await WatchedIngresses.start(control.kubeconfig, namespace);
  });

  after(async () => {
    watched?.stop();
    await Promise.all(replicas.map((replica) => replica.stop()));
    await control?.kubectl(['delete', 'ingress', '--all', '--namespace', namespace]);
  });

  test('exactly one of two writes', async () => {
    const first = await startReplica();
    await untilLeading(first, 5000);
    const second = await startReplica();
    assert.deepEqual([await leads(first), await leads(second)], [true, false]);
    assert.equal(await writerOf('one'), '192.0.2.1');
    await second.accepted(0);
    const { spec, metadata } = await lease();
    assert.deepEqual([spec.leaseDurationSeconds, spec.leaseTransitions], [6, 0]);
    await eventually('it is renewed', async () =>
      (await lease()).metadata.resourceVersion === metadata.resourceVersion ? undefined : true,
    );
    assert.deepEqual([await leads(first), await leads(second)], [true, false]);
    assert.deepEqual(watched.written(`${namespace}/one`), ['', '192.0.2.1']);
  });

  test('the other one takes over when the leader vanishes', async () => {
    const [first, second] = replicas;
    assert.ok(first !== undefined && second !== undefined);
    await first.kill();
    await untilLeading(second, 12_000);
    assert.equal((await lease()).spec.leaseTransitions, 1);
    assert.equal(await writerOf('two'), '192.0.2.2');
    await eventually('what the other had written is written over', () =>
      watched.written(`${namespace}/one`).at(-1) === '192.0.2.2' ? true : undefined,
    );
  });

  test('a leader that stops gives the lease back, and the next one begins at once', async () => {
    const third = await startReplica();
    assert.equal(await leads(third), false);
    const start = performance.now();
    await replicas[1]?.stop();
    // The next attempt of one that waits comes after at most 2.2 fifteenths times two of the duration: 1.8 s.
    await untilLeading(third, 4000);
    assert.ok(performance.now() - start < 6000);
    assert.equal((await lease()).spec.leaseTransitions, 2);
    assert.equal(await writerOf('three'), '192.0.2.3');
    await third.stop();
    assert.equal((await lease()).spec.holderIdentity, '');
  });

  test('with --update-status-on-shutdown the last one takes the addresses away, and only the last one', async () => {
    const first = await startReplica('--update-status-on-shutdown');
    await untilLeading(first, 5000);
    const address = await writerOf('last');
    const second = await startReplica('--update-status-on-shutdown');
    await first.stop();
    await untilLeading(second, 4000);
    const later = await writerOf('later');
    await eventually('it has both', () => (watched.written(`${namespace}/last`).at(-1) === later ? true : undefined));
    await second.stop();
    await eventually('they are gone', () => (watched.written(`${namespace}/later`).at(-1) === '' ? true : undefined));
    assert.deepEqual(watched.written(`${namespace}/last`), ['', address, later, '']);
  });

  test('without election a replica writes anyway', async () => {
    const alone = await Served.start(kubeconfig, ['--publish-status-address', '192.0.2.77', '--leader-elect=false']);
    replicas.push(alone);
    assert.equal(await writerOf('four'), '192.0.2.77');
    assert.equal((await lease()).spec.holderIdentity, '');
  });
});
