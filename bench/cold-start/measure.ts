import { monitorEventLoopDelay } from 'node:perf_hooks';
import { filter, firstValueFrom, merge, type Observable, of } from 'rxjs';
import { defaultIngressOptions } from '../../src/ingress/options.ts';
import { watchCluster } from '../../src/kube/cluster.ts';
import type { KubeEvent } from '../../src/kube/event.ts';
import { kindNames, kinds } from '../../src/kube/kinds.ts';
import { Build } from '../../src/runtime/build.ts';
import { pipeline } from '../../src/runtime/pipeline.ts';
import { collectGarbage } from '../support/garbage.ts';
import { CpuProfiler, type Hot } from '../support/profiler.ts';

export interface Plan {
  readonly port: number;
  readonly streams: boolean;
  readonly profile: boolean;
}

export interface Measured {
  /** From the first request to the first snapshot. */
  readonly wallMs: number;
  readonly cpuMs: number;
  /** The longest time in which nothing else could be done, while objects are read. */
  readonly blockedMs: number;
  /** The first pass, in which nothing else can be done either. */
  readonly passMs: number;
  /** The objects as they are held, and all tables; in use after a garbage collection. */
  readonly objectsMb: number;
  readonly allMb: number;
  readonly rssMb: number;
  readonly peakMb: number;
  readonly hottest: readonly Hot[];
}

/** One start, in a process of its own. */
export async function measure({ port, streams, profile }: Plan): Promise<Measured> {
  const connection = {
    server: `http://127.0.0.1:${port}`,
    description: 'the benchmark',
    requestOptions: async () => ({}),
    reload: async () => {},
  };
  const byName = kindNames.filter((kind) => kinds[kind].byName === true).map((kind): KubeEvent => ({ type: 'synced', kind }));
  const all = (): Observable<KubeEvent> => merge(watchCluster(connection, { streams }), of(...byName));
  const build = new Build({
    fleet: 'bench',
    ingress: defaultIngressOptions,
    listen: { address: '127.0.0.1', httpPort: 8080, httpsPort: 8443 },
  });
  let passMs = 0;
  const timed = {
    apply: (events: readonly KubeEvent[]) => {
      const begin = performance.now();
      const pass = build.apply(events);
      passMs = Math.max(passMs, performance.now() - begin);
      return pass;
    },
    begin: () => undefined,
  };
  await collectGarbage();
  const before = used();
  const profiler = profile ? new CpuProfiler() : undefined;
  await profiler?.start();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const cpu = process.cpuUsage();
  const begin = performance.now();
  await firstValueFrom(pipeline(all(), timed).pipe(filter(({ snapshot }) => snapshot !== undefined)));
  const wallMs = performance.now() - begin;
  const { user, system } = process.cpuUsage(cpu);
  delay.disable();
  const hottest = (await profiler?.stop()) ?? [];
  await collectGarbage();
  const whole = used();
  const { rss } = process.memoryUsage();
  const objectsMb = await objectsAlone(all());
  if (build.problems().length > 0) throw new Error(`the world has a problem: ${build.problems()[0]?.message}`);
  return {
    ...{ wallMs, cpuMs: (user + system) / 1000, blockedMs: delay.max / 1e6, passMs, hottest },
    ...{ objectsMb, allMb: (whole - before) / 1_048_576, rssMb: rss / 1_048_576, peakMb: process.resourceUsage().maxRSS / 1024 },
  };
}

/** What the objects take that a source has told of. */
async function objectsAlone(events: Observable<KubeEvent>): Promise<number> {
  await collectGarbage();
  const before = used();
  const held = new Map<string, unknown>();
  await new Promise<void>((resolve) => {
    const missing = new Set<string>(kindNames);
    const subscription = events.subscribe((event) => {
      if (event.type === 'upsert') held.set(`${event.kind} ${event.key}`, event.object);
      if (event.type !== 'synced') return;
      missing.delete(event.kind);
      if (missing.size > 0) return;
      resolve();
      setImmediate(() => subscription.unsubscribe());
    });
  });
  await collectGarbage();
  const mb = (used() - before) / 1_048_576;
  if (held.size === 0) throw new Error('there are no objects');
  return mb;
}

function used(): number {
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
