import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { setTimeout as delay } from 'node:timers/promises';
import { Pod, type PodAnswer } from '../../test/support/pod.ts';
import { type Answer, request } from '../../test/support/request.ts';
import { costOf } from '../support/process-cost.ts';
import { quantile } from '../support/statistics.ts';
import { firstObjects, hostOf, secretOf, sliceOf, tlsHost, weighedHost } from './objects.ts';
import type { Pods, World } from './world.ts';

export interface Plan {
  readonly hosts: number;
  /** Changes of each kind. */
  readonly times: number;
}

/** Times from before the write until the first answer that shows it, the median. */
export interface Effect {
  readonly ms: number;
  readonly p95Ms: number;
  /** Of that, until the write was answered, the median. */
  readonly writeMs: number;
  /** What Envoy was sent for one change, on average. */
  readonly bytes: number;
}

export interface Measured extends Plan {
  /** From the start of Naru and Envoy until the last host answers, the median of several starts; and how many of all hosts then did not. */
  readonly startMs: number;
  /** The first of them, which finds nothing compiled, and an API server that has just been given all. */
  readonly firstStartMs: number;
  readonly wrongAtStart: number;
  readonly effects: Readonly<Record<'endpoint' | 'new host' | 'removed host' | 'weight' | 'certificate', Effect>>;
  /** 200 changes of endpoints, 20 in a second. */
  readonly churn: { readonly naruCpuMs: number | undefined; readonly envoyCpuMs: number };
  /** What Envoy is sent when Naru was killed and started again, and nothing has changed. */
  readonly reconnectBytes: number | undefined;
  readonly naruMb: { readonly loaded: number; readonly churned: number } | undefined;
  readonly envoyMb: number;
}

const pollMs = 1;
/** Asking takes processor time, of which Naru, the API server and Envoy want all that there is. */
const startPollMs = 5;
const deadlineMs = 60_000;
const starts = 5;
const churn = { changes: 200, everyMs: 50 };

/** Changes something again and again, and sees each change at Envoy. */
class Observer {
  readonly #world: World;
  readonly #agents = { http: new Agent({ keepAlive: true }), https: new TlsAgent({ keepAlive: false, maxCachedSessions: 0 }) };

  constructor(world: World) {
    this.#world = world;
  }

  async get(host: string, scheme: 'http' | 'https' = 'http'): Promise<Answer> {
    const ask = (): Promise<Answer> => request(`${scheme}://${host}/`, this.#world.ports, { agent: this.#agents[scheme] });
    // Envoy may close a connection that was kept open just when it is used again.
    return ask().catch((error: NodeJS.ErrnoException) => (error.code === 'ECONNRESET' ? ask() : Promise.reject(error)));
  }

  async until(what: string, holds: () => Promise<boolean>, everyMs = pollMs): Promise<number> {
    const begun = performance.now();
    while (!(await holds().catch(() => false))) {
      if (performance.now() - begun > deadlineMs) throw new Error(`not within ${deadlineMs / 1000} s: ${what}`);
      await delay(everyMs);
    }
    return performance.now() - begun;
  }

  /** Whoever tries to connect to a port of this machine that is closed, again and again, may in the end be connected to itself, and keep it. */
  async listens(): Promise<boolean> {
    // Not one of its statistics: to look for it among those of all clusters would keep Envoy busy for a third of the time that it takes to start.
    const { body } = await this.#world.envoy.adminRequest('/listeners');
    return body.split('\n').some((line) => line.endsWith(`:${this.#world.ports.http}`));
  }

  async effects(times: number, change: (turn: number) => { readonly write: () => Promise<void>; readonly shown: () => Promise<boolean> }) {
    const ms: number[] = [];
    const writes: number[] = [];
    // Asked for twice only: Envoy looks for it among the statistics of all clusters, for a second where there are 20,000.
    const before = await this.received();
    for (let turn = 0; turn < times; turn++) {
      const { write, shown } = change(turn);
      const begun = performance.now();
      const writing = write().then(() => writes.push(performance.now() - begun));
      await this.until('a change', shown);
      ms.push(performance.now() - begun);
      await writing;
      // What follows it, as the removal of what is not used any more, belongs to it.
      await delay(300);
    }
    const bytes = ((await this.received()) - before) / times;
    return { ms: quantile(ms, 0.5), p95Ms: quantile(ms, 0.95), writeMs: quantile(writes, 0.5), bytes };
  }

  async envoyMb(): Promise<number> {
    const { body } = await this.#world.envoy.adminRequest('/memory');
    return Number((JSON.parse(body) as { allocated: string }).allocated) / 1_048_576;
  }

  /** All that Envoy was sent since it began. */
  async received(): Promise<number> {
    const { body } = await this.#world.envoy.adminRequest('/stats?filter=naru-ads.upstream_cx_rx_bytes_total');
    return Number(/: (\d+)/.exec(body)?.[1]);
  }

  close(): void {
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }
}

const isServed = async (observer: Observer, host: string): Promise<boolean> => (await observer.get(host)).status === 200;
const service = async (observer: Observer, host: string): Promise<string> =>
  (JSON.parse((await observer.get(host)).body) as PodAnswer).service;

async function measureChanges(world: World, observer: Observer, { hosts, times }: Plan, pods: Pods): Promise<Measured['effects']> {
  const endpoint = await observer.effects(times, (turn) => {
    const index = 1 + (turn % Math.min(10, hosts - 1));
    const next = Math.floor(turn / Math.min(10, hosts - 1)) % 2 === 0 ? 1 : 0;
    return {
      write: () => world.write(sliceOf(`checkout-${index}`, pods[next])),
      shown: async () => (await service(observer, hostOf(index))) === `pod-${next}`,
    };
  });
  const ingresses = Array.from({ length: times }, (_, turn) => {
    const index = hosts + turn;
    return { host: hostOf(index), object: world.kind.route(`checkout-${index}`, hostOf(index), `checkout-${index}`) };
  });
  const of = (turn: number) => ingresses[turn] ?? ingresses[0] ?? { host: '', object: world.kind.secure() };
  const added = await observer.effects(times, (turn) => ({
    write: () => world.create(of(turn).object),
    shown: () => isServed(observer, of(turn).host),
  }));
  const removed = await observer.effects(times, (turn) => ({
    write: () => world.remove(of(turn).object),
    shown: async () => (await observer.get(of(turn).host)).status === 404,
  }));
  const weight = await observer.effects(times, (turn) => ({
    write: () => world.write(world.kind.weighed(turn % 2 === 0 ? 100 : 0)),
    shown: async () => (await service(observer, weighedHost)) === (turn % 2 === 0 ? 'pod-1' : 'pod-0'),
  }));
  let shown = (await observer.get(tlsHost, 'https')).certificate;
  const secrets = await Promise.all(Array.from({ length: times }, secretOf));
  const certificate = await observer.effects(times, (turn) => ({
    write: () => world.write(secrets[turn] ?? world.kind.weighed(0)),
    shown: async () => {
      const { certificate: now } = await observer.get(tlsHost, 'https');
      const isNew = now !== shown;
      shown = now;
      return isNew;
    },
  }));
  return { endpoint, 'new host': added, 'removed host': removed, weight, certificate };
}

async function measureChurn(world: World, pods: Pods): Promise<Measured['churn']> {
  const cost = () => ({ naru: world.naru && costOf(world.naru).cpuMs, envoy: costOf(world.envoy.pid ?? 0).cpuMs });
  const before = cost();
  const begun = performance.now();
  for (let change = 0; change < churn.changes; change++) {
    await world.write(sliceOf(`checkout-${1 + (change % 50)}`, pods[Math.floor(change / 50) % 2 === 0 ? 1 : 0]));
    await delay(Math.max(0, begun + (change + 1) * churn.everyMs - performance.now()));
  }
  const after = cost();
  return {
    naruCpuMs: after.naru === undefined || before.naru === undefined ? undefined : after.naru - before.naru,
    envoyCpuMs: after.envoy - before.envoy,
  };
}

async function measureRestart(world: World, observer: Observer): Promise<number | undefined> {
  if (world.restart === undefined) return undefined;
  const before = await observer.received();
  await world.restart();
  await delay(1_000);
  return (await observer.received()) - before;
}

/** Envoy keeps a connection for each host: `rest` closes them before there are more than a process may have. */
async function countWrong(observer: Observer, hosts: number, rest: () => void): Promise<number> {
  let wrong = 0;
  for (let index = 0; index < hosts; index++) {
    if (!(await isServed(observer, hostOf(index)))) wrong++;
    if (index % 1_000 === 999) rest();
  }
  return wrong;
}

async function measureStarts(world: World, observer: Observer, { hosts }: Plan, rest: () => void) {
  const all: number[] = [];
  let wrongAtStart = 0;
  do {
    if (all.length > 0) await world.end?.();
    const begun = performance.now();
    await world.begin();
    await observer.until('a listener', () => observer.listens(), startPollMs);
    await observer.until('the last host', () => isServed(observer, hostOf(hosts - 1)), startPollMs);
    all.push(performance.now() - begun);
    wrongAtStart += await countWrong(observer, hosts, rest);
  } while (world.end !== undefined && all.length < starts);
  return { startMs: quantile(all, 0.5), firstStartMs: all[0] ?? 0, wrongAtStart };
}

export async function measure(world: World, plan: Plan): Promise<Measured> {
  const observer = new Observer(world);
  const running = await Promise.all([Pod.start('pod-0', world.address), Pod.start('pod-1', world.address)]);
  const [first, second] = running.map(({ port }) => ({ address: world.address, port }));
  if (first === undefined || second === undefined) throw new Error('there are no pods');
  const pods: Pods = [first, second];
  try {
    await world.load(firstObjects(world.kind, plan.hosts, plan.times, pods, await secretOf()));
    const started = await measureStarts(world, observer, plan, () => running.forEach((pod) => pod.rest()));
    await observer.until('the host with TLS', async () => (await observer.get(tlsHost, 'https')).status === 200);
    await delay(1_000);
    const memory = (): number | undefined => world.naru && costOf(world.naru).rssMb;
    const loaded = memory();
    const envoyMb = await observer.envoyMb();
    const effects = await measureChanges(world, observer, plan, pods);
    const churned = { churn: await measureChurn(world, pods), after: memory() };
    const reconnectBytes = await measureRestart(world, observer);
    return {
      ...plan,
      ...{ ...started, reconnectBytes, effects, envoyMb, churn: churned.churn },
      naruMb: loaded === undefined || churned.after === undefined ? undefined : { loaded, churned: churned.after },
    };
  } finally {
    observer.close();
    await Promise.all(running.map((pod) => pod.stop()));
  }
}
