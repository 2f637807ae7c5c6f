import { setTimeout as wait } from 'node:timers/promises';
import { type Cost, resetPeak } from '../support/process-cost.ts';
import type { Hot } from '../support/profiler.ts';
import { quantile } from '../support/statistics.ts';
import { ClientProcesses } from './client-processes.ts';
import { type Answer, now } from './clients.ts';
import { type ServerName, ServerProcess } from './server-process.ts';

export interface Plan {
  readonly server: ServerName;
  readonly streams: number;
  readonly changesPerSecond: number;
  readonly seconds: number;
  readonly profile: boolean;
}

/** One step: what it cost the server, and what went over the wire. */
export interface Step {
  readonly cpuMs: number;
  /** From the beginning to the last acknowledgement. */
  readonly lastAckMs: number;
  readonly peakMb: number;
  readonly sentMb: number;
  readonly receivedMb: number;
  readonly hottest: readonly Hot[];
}

export interface Measured {
  readonly server: ServerName;
  readonly streams: number;
  /** With the resources and without a stream. */
  readonly idle: Memory;
  /** With all streams, when everything was acknowledged. */
  readonly serving: Memory;
  /** All streams connect at once and get everything. */
  readonly load: Step;
  /** Endpoints of one cluster after the other change. */
  readonly churn: Step & { readonly medianMs: number; readonly p99Ms: number };
  /** The weights of one route change, and with them the route table. */
  readonly route: Step;
}

/** After garbage was collected. */
interface Memory {
  /** What the process has from the kernel, which it may keep for later use. */
  readonly rssMb: number;
  /** What is really in use, as its runtime counts it. */
  readonly liveMb: number;
}

/** Everything that is measured with one server and one number of streams, in a fresh process. */
export async function measure(plan: Plan): Promise<Measured> {
  const { server, port } = await ServerProcess.start(plan.server);
  const clients = new ClientProcesses(plan.streams);
  try {
    const idle = await settledMemory(server);
    const load = await step(server, plan, () => clients.connect(port));
    const serving = await settledMemory(server);
    const times: number[] = [];
    const churn = await step(server, plan, () => change(server, clients, plan, times));
    const arrivals = churn.answer.arrivals.flatMap((each) => each.map((at, index) => at - (times[index] ?? NaN)));
    const route = await step(server, plan, async () => {
      const { done } = await clients.expect('routes', 1);
      await server.tell('routes 7');
      return done;
    });
    return {
      ...{ server: plan.server, streams: plan.streams, idle, serving, load: load.step, route: route.step },
      churn: { ...churn.step, medianMs: quantile(arrivals, 0.5), p99Ms: quantile(arrivals, 0.99) },
    };
  } finally {
    clients.stop();
    await server.stop();
  }
}

/** Every change is to another cluster, so that no two of them can become one response. */
async function change(server: ServerProcess, clients: ClientProcesses, plan: Plan, times: number[]): Promise<Answer> {
  const count = plan.changesPerSecond * plan.seconds;
  const { done } = await clients.expect('endpoints', count);
  const begin = now();
  for (let index = 0; index < count; index++) {
    const at = begin + (index * 1_000) / plan.changesPerSecond;
    await wait(Math.max(0, at - now()));
    times.push(now());
    await server.tell(`endpoints ${index}`);
  }
  return done;
}

async function settledMemory(server: ServerProcess): Promise<Memory> {
  await wait(500);
  const live = Number(await server.tell('memory'));
  await wait(500);
  return { rssMb: server.cost.rssMb, liveMb: live / 1_048_576 };
}

async function step(
  server: ServerProcess,
  plan: Plan,
  run: () => Promise<Answer>,
): Promise<{ readonly step: Step; readonly answer: Answer }> {
  const profile = plan.profile && plan.server === 'naru';
  if (profile) await server.tell('profile');
  resetPeak(server.pid);
  const before: Cost = server.cost;
  const begin = now();
  const answer = await run();
  // The last acknowledgement was written; the server has yet to read it.
  await wait(100);
  const after = server.cost;
  return {
    answer,
    step: {
      cpuMs: after.cpuMs - before.cpuMs,
      lastAckMs: answer.at - begin,
      peakMb: after.peakMb,
      sentMb: answer.receivedBytes / 1e6,
      receivedMb: answer.sentBytes / 1e6,
      hottest: profile ? await server.hottest() : [],
    },
  };
}
