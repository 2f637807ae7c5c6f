import { defaultIngressOptions } from '../../src/ingress/options.ts';
import { Build } from '../../src/runtime/build.ts';
import { collectGarbage } from '../support/garbage.ts';
import { CpuProfiler, type Hot } from '../support/profiler.ts';
import { quantile, slope } from '../support/statistics.ts';
import { batchEvents, type ChangeKind, changeKinds, ChangeMaker } from './changes.ts';
import { Certificates, firstEvents } from './objects.ts';

export interface Plan {
  readonly ingresses: number;
  /** How often each kind of change is made. */
  readonly repeats: number;
  /** No kind of change is measured for longer than this. */
  readonly mostMs: number;
  /** Events of the churn, in batches. */
  readonly churnEvents: number;
  readonly profile: boolean;
}

/** CPU time includes what the engine does on other threads: compiling, collecting garbage. */
export interface Measured {
  readonly ingresses: number;
  readonly load: { readonly cpuMs: number; readonly wallMs: number; readonly heapMb: number; readonly rssMb: number };
  readonly changes: readonly {
    readonly kind: ChangeKind;
    readonly count: number;
    readonly cpuMs: number;
    readonly medianMs: number;
    readonly p95Ms: number;
    readonly hottest: readonly Hot[];
  }[];
  readonly churn: {
    readonly events: number;
    readonly cpuMs: number;
    readonly wallMs: number;
    /** How much the heap has grown for each event, by least squares over its second half. */
    readonly bytesPerEvent: number;
    readonly heapMb: readonly number[];
  };
}

/** Everything that is measured at one size; wants a process to itself, so that memory means something. */
export async function measure(plan: Plan): Promise<Measured> {
  const certificates = await Certificates.make();
  const events = firstEvents(plan.ingresses, certificates);
  await collectGarbage();
  const before = process.memoryUsage();
  const build = new Build({
    fleet: 'bench',
    ingress: defaultIngressOptions,
    listen: { address: '127.0.0.1', httpPort: 8080, httpsPort: 8443 },
  });
  const load = timed(() => void build.apply(events));
  expectHealthy(build);
  await collectGarbage();
  const after = process.memoryUsage();
  const maker = new ChangeMaker(plan.ingresses, plan.ingresses, certificates);
  const changes: Measured['changes'][number][] = [];
  for (const kind of changeKinds) changes.push(await measureKind(build, maker, kind, plan));
  // Each of these is changed many times: memory that grows is not that of objects touched for the first time.
  const few = Math.min(plan.ingresses, plan.churnEvents / 20);
  const churn = await measureChurn(build, new ChangeMaker(plan.ingresses, few, certificates), plan);
  expectHealthy(build);
  return {
    ingresses: plan.ingresses,
    // The objects themselves are there before and after; what counts is what the build adds to them.
    load: { ...load, heapMb: (used(after) - used(before)) / 1_048_576, rssMb: after.rss / 1_048_576 },
    changes,
    churn,
  };
}

async function measureKind(build: Build, maker: ChangeMaker, kind: ChangeKind, plan: Plan): Promise<Measured['changes'][number]> {
  // The first few run while V8 still compiles.
  if (kind !== 'removed host') for (let turn = 0; turn < 3; turn++) build.apply(maker.make(kind));
  const profiler = plan.profile ? new CpuProfiler() : undefined;
  await profiler?.start();
  const times: number[] = [];
  const begin = performance.now();
  const { cpuMs } = timed(() => {
    while (times.length < plan.repeats && performance.now() - begin < plan.mostMs && maker.can(kind)) {
      const events = maker.make(kind);
      const at = performance.now();
      const { snapshot } = build.apply(events);
      times.push(performance.now() - at);
      if (snapshot === undefined) throw new Error(`a change of kind ${kind} changed nothing`);
    }
  });
  const hottest = (await profiler?.stop()) ?? [];
  // Each size stays what it is called.
  if (kind === 'removed host') while (maker.can(kind)) build.apply(maker.make(kind));
  const count = times.length;
  return { kind, count, cpuMs: cpuMs / count, medianMs: quantile(times, 0.5), p95Ms: quantile(times, 0.95), hottest };
}

async function measureChurn(build: Build, maker: ChangeMaker, { churnEvents }: Plan): Promise<Measured['churn']> {
  const samples = 20;
  const batches = Math.ceil(churnEvents / batchEvents / samples);
  const points: { readonly x: number; readonly y: number }[] = [];
  const sum = { cpuMs: 0, wallMs: 0, events: 0 };
  for (let sample = 0; sample < samples; sample++) {
    const { cpuMs, wallMs } = timed(() => {
      for (let batch = 0; batch < batches; batch++) build.apply(maker.batch());
    });
    sum.cpuMs += cpuMs;
    sum.wallMs += wallMs;
    sum.events += batches * batchEvents;
    await collectGarbage();
    points.push({ x: sum.events, y: used(process.memoryUsage()) });
  }
  return { ...sum, bytesPerEvent: slope(points.slice(samples / 2)), heapMb: points.map(({ y }) => y / 1_048_576) };
}

function timed(run: () => void): { readonly cpuMs: number; readonly wallMs: number } {
  const cpu = process.cpuUsage();
  const begin = performance.now();
  run();
  const wallMs = performance.now() - begin;
  const { user, system } = process.cpuUsage(cpu);
  return { cpuMs: (user + system) / 1_000, wallMs };
}

function used({ heapUsed, external }: NodeJS.MemoryUsage): number {
  return heapUsed + external;
}

/** A world with mistakes in it would measure how mistakes are reported. */
function expectHealthy(build: Build): void {
  const [first] = build.problems();
  if (first !== undefined) throw new Error(`the world has a problem: ${first.code} ${first.message}`);
}
