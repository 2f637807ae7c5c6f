import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { NaruProcess } from '../../cli/naru-process.ts';
import type { Cleanup } from '../cleanup.ts';
import { eventually } from '../eventually.ts';
import { Load } from '../load.ts';
import { type Answer, type Ports, request } from '../request.ts';
import { hostnameOf, isServedBy, type StormHost } from './host.ts';
import { Pods } from './pods.ts';
import { Random } from './random.ts';
import { http1Visitor, http2Visitor, type Visitor, webSocketVisitor } from './visitor.ts';
import { StormWorld } from './world.ts';

export interface StormOptions {
  readonly seed: number;
  readonly edits: number;
  readonly seconds: number;
  readonly perSecond: number;
}

export interface StormResult {
  readonly sent: number;
  readonly connections: number;
  /** What went wrong with requests. */
  readonly failures: readonly string[];
  /** Kept-open connections that did not stay open, as their clients saw it. */
  readonly drained: readonly string[];
  readonly edits: StormWorld['made'];
  readonly snapshots: number;
  /** Envoy's counters of what a client can feel of a change, by how much they have grown. */
  readonly counters: Readonly<Record<string, number>>;
  /** Of all requests, in ms, ascending. */
  readonly latencies: readonly number[];
}

const watchedCounters = /^(?:listener_manager\.(?:listener_\w+|total_\w+)|http\.https?\.downstream_cx_drain_close): (\d+)$/;

/** A session that is resumed shows no certificate. */
const anew = new Agent({ maxCachedSessions: 0 });

/** Naru, its Envoy and the hosts of a storm. */
class StormPlace {
  readonly world: StormWorld;
  readonly ports: Ports & { readonly debug: number; readonly admin: number };

  private constructor(world: StormWorld, ports: StormPlace['ports']) {
    this.world = world;
    this.ports = ports;
  }

  static async open(t: Cleanup, seed: number): Promise<StormPlace> {
    const folder = mkdtempSync(join(tmpdir(), 'naru-storm-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const pods = await Pods.start();
    t.after(() => pods.stop());
    const world = await StormWorld.make(folder, pods.port, new Random(seed));
    const anyPorts = ['--http-port', '0', '--https-port', '0', '--debug-port', '0', '--envoy-admin-port', '0'];
    const naru = NaruProcess.start(t, ['dev', folder, '--configmap', 'default/naru', ...anyPorts]);
    const port = async (pattern: RegExp): Promise<number> => Number((await naru.says(pattern, 20_000))[1]);
    await naru.says(/Try: /, 20_000);
    const ports = {
      http: await port(/http:\/\/calm-plain\.storm\.test:(\d+)/),
      https: await port(/https on port (\d+)/),
      debug: await port(/127\.0\.0\.1:(\d+)\/debug/),
      admin: await port(/127\.0\.0\.1:(\d+) {3}Envoy's admin/),
    };
    return new StormPlace(world, ports);
  }

  /** Connections of each kind to each host that stays; twice as many to those that nobody edits. */
  async visitors(): Promise<readonly (Visitor & { readonly name: string })[]> {
    const { calm, busy } = this.world;
    const made = [...calm, ...calm, ...busy].map(async (name) => {
      const host = hostnameOf({ name });
      const sockets = await Promise.all([webSocketVisitor('http', host, this.ports), webSocketVisitor('https', host, this.ports)]);
      const visitors = [
        http1Visitor('http', host, this.ports),
        http1Visitor('https', host, this.ports),
        http2Visitor(host, this.ports),
        ...sockets,
      ];
      return visitors.map((visitor) => ({ ...visitor, name }));
    });
    return (await Promise.all(made)).flat();
  }

  async counters(): Promise<Readonly<Record<string, number>>> {
    const { body } = await this.#local(this.ports.admin, '/stats');
    const lines = body.split('\n').filter((line) => watchedCounters.test(line));
    return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')), Number(watchedCounters.exec(line)?.[1])]));
  }

  async snapshot(): Promise<number> {
    const { fleets } = JSON.parse((await this.#local(this.ports.debug, '/debug/snapshots')).body) as { fleets: { version: number }[] };
    return fleets[0]?.version ?? 0;
  }

  /** Resolves when Envoy serves what the last edits have left, and nothing else. */
  async settled(): Promise<void> {
    for (const host of this.world.present) {
      await eventually(`${host.name} is as it was saved last`, async () => ((await this.#isAsSaved(host)) ? true : undefined));
    }
    for (const name of this.world.gone) {
      const url = `http://${hostnameOf({ name })}/`;
      await eventually(`${name} is gone`, async () => ((await request(url, this.ports)).status === 404 ? true : undefined));
    }
  }

  async #isAsSaved(host: StormHost): Promise<boolean> {
    const { status, body, certificate } = await request(`https://${hostnameOf(host)}/`, this.ports, { agent: anew });
    if (status !== 200) return false;
    const pod = Number(body.slice(body.lastIndexOf('.') + 1));
    const wanted = host.secret === undefined ? undefined : this.world.certificate(host.secret);
    const pods = [...host.pods, ...(host.canary?.pods ?? [])];
    return isServedBy(host, body) && pods.includes(pod) && (wanted === undefined || fingerprintOf(wanted.chain) === certificate);
  }

  #local(port: number, path: string): Promise<Answer> {
    return request(`http://127.0.0.1:${port}${path}`, { http: port, https: 0 });
  }
}

function fingerprintOf(chain: string): string {
  return new X509Certificate(chain).fingerprint256;
}

/** A steady load over connections that are kept open, while the world around them is edited. */
export async function storm(t: Cleanup, { seed, edits, seconds, perSecond }: StormOptions): Promise<StormResult> {
  const place = await StormPlace.open(t, seed);
  const { world } = place;
  await place.settled();
  const visitors = await place.visitors();
  t.after(() => {
    for (const visitor of visitors) visitor.close();
  });
  const latencies: number[] = [];
  let turn = 0;
  const visit = async (): Promise<string | undefined> => {
    const visitor = visitors[turn++ % visitors.length];
    if (visitor === undefined) return 'there is no connection';
    const startedAt = performance.now();
    try {
      const address = await visitor.ask('/');
      latencies.push(performance.now() - startedAt);
      const host = world.host(visitor.name);
      return address === '' || (host && isServedBy(host, address)) ? undefined : `${visitor.label}: answered by ${address}`;
    } catch (error) {
      return `${visitor.label}: ${error instanceof Error ? error.message : String(error)}`;
    }
  };
  // Each connection is there before anything is counted.
  const firstFailures = (await Promise.all(visitors.map(visit))).filter((failure) => failure !== undefined);
  const [before, first] = [await place.counters(), await place.snapshot()];
  const load = new Load(t, perSecond, visit);
  const startedAt = performance.now();
  for (let count = 0; count < edits; count++) {
    await pause(Math.max(0, startedAt + (count * seconds * 1000) / edits - performance.now()));
    world.edit();
  }
  await place.settled();
  const [after, last] = [await place.counters(), await place.snapshot()];
  const { sent, failures } = await load.stop();
  return {
    sent,
    connections: visitors.length,
    failures: [...firstFailures, ...failures],
    drained: visitors.flatMap(({ label, drained }) => (drained() === undefined ? [] : [`${label}: ${drained()}`])),
    edits: world.made,
    snapshots: last - first,
    counters: Object.fromEntries(Object.entries(after).map(([name, value]) => [name, value - (before[name] ?? 0)])),
    latencies: latencies.sort((a, b) => a - b),
  };
}
