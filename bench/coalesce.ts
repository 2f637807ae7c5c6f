// How far apart the events of one change come from a real API server, and what different waits would make of them:
// `node bench/coalesce.ts [--full] [--json FILE]`.
import { connect } from '../src/kube/connection.ts';
import { watchCluster } from '../src/kube/cluster.ts';
import type { KubeEvent } from '../src/kube/event.ts';
import { makeDefaultCertificate } from '../src/runtime/default-certificate.ts';
import { type ControlPlane, startControlPlane } from '../test/support/control-plane.ts';
import { eventually } from '../test/support/eventually.ts';
import { readArguments } from './support/arguments.ts';
import { printTable, writeJson } from './support/report.ts';
import { quantile } from './support/statistics.ts';

const { full, json } = readArguments();
const repeats = full ? 50 : 10;
const maxWaitMs = { routes: 250, endpoints: 50 };

interface Seen {
  readonly at: number;
  readonly kind: string;
  readonly key: string;
}

/** Milliseconds at which events came, of one change each. */
type Change = readonly number[];

interface Waits {
  readonly quietMs: number;
  readonly maxMs: number;
  readonly firstGoes: boolean;
}

/**
 * What a quiet time makes of a change: passes, and how long its events wait. The first that comes out of quiet goes at once if it may;
 * else it waits for quiet with the others.
 */
function simulate(changes: readonly Change[], { quietMs, maxMs, firstGoes }: Waits): { readonly passes: number; readonly waitMs: number } {
  let passes = 0;
  const waits: number[] = [];
  for (const times of changes) {
    let batch: number[] = [];
    let quietSince = -Infinity;
    const close = (): void => {
      if (batch.length === 0) return;
      const end = Math.min((batch.at(-1) ?? 0) + quietMs, (batch[0] ?? 0) + maxMs);
      passes += 1;
      waits.push(...batch.map((time) => end - time));
      quietSince = end + quietMs;
      batch = [];
    };
    for (const time of times) {
      const last = batch.at(-1);
      if (last !== undefined && (time > last + quietMs || time > (batch[0] ?? 0) + maxMs)) close();
      if (firstGoes && batch.length === 0 && time > quietSince) {
        passes += 1;
        waits.push(0);
        quietSince = time + quietMs;
      } else {
        batch.push(time);
      }
    }
    close();
  }
  return { passes: passes / changes.length, waitMs: waits.reduce((sum, wait) => sum + wait, 0) / waits.length };
}

async function applications(control: ControlPlane, seen: Seen[]): Promise<readonly Change[]> {
  const { chain, privateKey } = await makeDefaultCertificate(['shop.example.com']);
  const data = { 'tls.crt': Buffer.from(chain).toString('base64'), 'tls.key': Buffer.from(privateKey).toString('base64') };
  const namespace = await control.createNamespace('coalesce');
  const changes: Change[] = [];
  for (let index = 0; index < repeats; index++) {
    const name = `web-${index}`;
    const backend = { service: { name, port: { number: 80 } } };
    const rule = { host: `${name}.example.com`, http: { paths: [{ path: '/', pathType: 'Prefix', backend }] } };
    const objects = [
      { apiVersion: 'v1', kind: 'Secret', metadata: { name }, type: 'kubernetes.io/tls', data },
      { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { selector: { app: name }, ports: [{ port: 80 }] } },
      { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', metadata: { name }, spec: { ingressClassName: 'naru', rules: [rule] } },
    ];
    const input = objects.map((object) => JSON.stringify(object)).join('\n---\n');
    await control.kubectl(['--namespace', namespace, 'apply', '-f', '-'], { input });
    const mine = await eventually(name, async () => {
      const own = seen.filter((event) => event.key === `${namespace}/${name}` && event.kind !== 'EndpointSlice');
      return own.length >= objects.length ? own : undefined;
    });
    changes.push(mine.map(({ at }) => at));
  }
  return changes;
}

/** Twenty pods become ready, four at a time, as a rollout does it. */
async function rollouts(control: ControlPlane, seen: Seen[]): Promise<readonly Change[]> {
  const changes: Change[] = [];
  for (let index = 0; index < Math.ceil(repeats / 5); index++) {
    const namespace = await control.createNamespace('rollout');
    const spec = { selector: { app: 'web' }, ports: [{ port: 80 }] };
    await control.call('POST', `/api/v1/namespaces/${namespace}/services`, { metadata: { name: 'web' }, spec });
    const ready = { name: 'web', labels: { app: 'web' }, addresses: Array.from({ length: 20 }, (_, pod) => `10.1.${index}.${pod + 1}`) };
    const pods = await control.runPods(namespace, ready);
    for (let pod = 0; pod < pods.length; pod += 4)
      await Promise.all(pods.slice(pod, pod + 4).map((name) => control.setPodReady(namespace, name, false)));
    const last = { count: -1 };
    const own = await eventually('the end of a rollout', async () => {
      const events = seen.filter((event) => event.kind === 'EndpointSlice' && event.key.startsWith(`${namespace}/`));
      const quiet = events.length === last.count && performance.now() - (events.at(-1)?.at ?? Infinity) > 1000;
      last.count = events.length;
      return quiet ? events : undefined;
    });
    changes.push(own.map(({ at }) => at));
  }
  return changes;
}

const control = await startControlPlane();
try {
  const seen: Seen[] = [];
  const note = (event: KubeEvent): void => {
    if (event.type === 'upsert') seen.push({ at: performance.now(), kind: event.kind, key: event.key });
  };
  const subscription = watchCluster(await connect({ kubeconfig: control.kubeconfig })).subscribe(note);
  const measured = { routes: await applications(control, seen), endpoints: await rollouts(control, seen) };
  subscription.unsubscribe();
  const results = (['routes', 'endpoints'] as const).flatMap((what) => {
    const gaps = measured[what].flatMap((times) => times.slice(1).map((time, index) => time - (times[index] ?? time)));
    return [1, 2, 5, 10, 20, 50, 100].map((quietMs) => {
      const waits = { quietMs, maxMs: maxWaitMs[what] };
      const all = simulate(measured[what], { ...waits, firstGoes: false });
      const others = simulate(measured[what], { ...waits, firstGoes: true });
      return {
        ...{ what, 'median gap ms': quantile(gaps, 0.5), 'p95 gap ms': quantile(gaps, 0.95) },
        ...{ 'quiet ms': quietMs, 'max wait ms': maxWaitMs[what] },
        ...{ 'all wait: passes/change': all.passes, 'added ms': all.waitMs },
        ...{ 'first goes: passes/change': others.passes, 'then added ms': others.waitMs },
      };
    });
  });
  printTable('An application applied by kubectl (Secret, Service, Ingress), and rollouts of twenty pods', results);
  writeJson(json, { benchmark: 'coalesce', results, measured });
} finally {
  await control.stop();
}
