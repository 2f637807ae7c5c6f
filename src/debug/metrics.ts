import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import type { Acknowledgement } from '../ads/acknowledgement.ts';
import { typeNames } from '../snapshot/resource.ts';
import type { DebugView, FleetView } from './view.ts';

interface Collected {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly rows: () => Iterable<readonly [labels: Readonly<Record<string, string>>, value: number]>;
}

/** What `/metrics` says: most of it is read from the view at that moment; answers of Envoys are counted as they come. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #responses: Counter<'type' | 'result'>;
  readonly #answerTimes: Histogram<'type'>;
  readonly #eventToAck: Histogram;
  readonly #buildTimes: Histogram;
  readonly #builds: Counter<'result'>;
  readonly #statusWrites: Counter<'kind' | 'result'>;
  readonly #watchRestarts: Counter<'kind' | 'reason'>;
  /** By kind, milliseconds since the epoch. */
  readonly #lastEvents = new Map<string, number>();

  constructor(view: DebugView, version: string) {
    collectDefaultMetrics({ register: this.#registry });
    for (const collected of [
      buildInfo(version),
      ...fleetGauges(view),
      ...proxyGauges(view),
      problems(view),
      ...leader(view),
      ...certificates(view),
      lastEvents(this.#lastEvents),
    ])
      this.#collect(collected);
    this.#collectSnapshotTotal(view);
    const registers = [this.#registry];
    this.#responses = new Counter({
      name: 'naru_xds_responses_total',
      help: 'Responses that Envoys accepted (ack) or refused (nack).',
      labelNames: ['type', 'result'],
      registers,
    });
    for (const type of typeNames) for (const result of ['ack', 'nack']) this.#responses.inc({ type, result }, 0);
    this.#answerTimes = new Histogram({
      name: 'naru_xds_answer_seconds',
      help: "Time from sending a response to the Envoy's answer.",
      labelNames: ['type'],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15],
      registers,
    });
    this.#buildTimes = new Histogram({
      name: 'naru_snapshot_build_seconds',
      help: 'Time from a batch of events to what follows from it, whether that is a new snapshot or not.',
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers,
    });
    this.#builds = new Counter({
      name: 'naru_snapshot_builds_total',
      help: 'Batches of events, by whether a new snapshot followed (changed) or Envoys get what they had (unchanged).',
      labelNames: ['result'],
      registers,
    });
    for (const result of ['changed', 'unchanged']) this.#builds.inc({ result }, 0);
    this.#statusWrites = new Counter({
      name: 'naru_status_writes_total',
      help: 'Statuses that were written (ok), and attempts that failed and are made again (failed).',
      labelNames: ['kind', 'result'],
      registers,
    });
    this.#watchRestarts = new Counter({
      name: 'naru_watch_restarts_total',
      help: 'Watches that began again because they had ended, expired (all is listed again), were refused or lost.',
      labelNames: ['kind', 'reason'],
      registers,
    });
    this.#eventToAck = new Histogram({
      name: 'naru_event_to_ack_seconds',
      help: 'Time from the first event of Kubernetes that led to a snapshot until every connected Envoy runs it.',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60],
      registers,
    });
  }

  /** To be called when every connected Envoy runs a snapshot: milliseconds from the first event that led to it. */
  settled(ms: number): void {
    this.#eventToAck.observe(ms / 1000);
  }

  /** To be called for every pass. `changed`: it made a snapshot. */
  passed(ms: number, changed: boolean): void {
    this.#buildTimes.observe(ms / 1000);
    this.#builds.inc({ result: changed ? 'changed' : 'unchanged' });
  }

  /** To be called for every event of Kubernetes. */
  heard(kind: string): void {
    this.#lastEvents.set(kind, Date.now());
  }

  /** To be called each time that a watch of objects of this kind began again. */
  watchRestarted(kind: string, reason: string): void {
    this.#watchRestarts.inc({ kind, reason });
  }

  /** To be called for every status of an object of this kind that was written, or could not be. */
  wroteStatus(kind: string, result: 'ok' | 'failed'): void {
    this.#statusWrites.inc({ kind, result });
  }

  /** To be called for every answer of an Envoy. */
  acknowledged({ type, refusal, tookMs }: Acknowledgement): void {
    this.#responses.inc({ type, result: refusal === undefined ? 'ack' : 'nack' });
    this.#answerTimes.observe({ type }, tookMs / 1000);
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** In Prometheus' text format. */
  print(): Promise<string> {
    return this.#registry.metrics();
  }

  #collect({ name, help, labels, rows }: Collected): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: [...labels],
      registers: [this.#registry],
      collect: () => {
        gauge.reset();
        for (const [row, value] of rows()) gauge.set(row, value);
      },
    });
  }

  #collectSnapshotTotal(view: DebugView): void {
    const counter: Counter<'fleet'> = new Counter({
      name: 'naru_snapshots_total',
      help: 'Snapshots made since the start.',
      labelNames: ['fleet'],
      registers: [this.#registry],
      collect: () => {
        counter.reset();
        for (const { name, current } of view.fleets()) counter.inc({ fleet: name }, current?.number ?? 0);
      },
    });
  }
}

function buildInfo(version: string): Collected {
  const labels = { version, node: process.versions.node };
  return { name: 'naru_build_info', help: 'Always 1.', labels: Object.keys(labels), rows: () => [[labels, 1]] };
}

function fleetGauges(view: DebugView): readonly Collected[] {
  const perFleet = (valueOf: (fleet: FleetView) => number) => () =>
    view.fleets().map((fleet) => [{ fleet: fleet.name }, valueOf(fleet)] as const);
  return [
    {
      name: 'naru_snapshot_version',
      help: 'Number of the current snapshot; 0 before the first.',
      labels: ['fleet'],
      rows: perFleet(({ current }) => current?.number ?? 0),
    },
    {
      name: 'naru_snapshot_timestamp_seconds',
      help: 'When the current snapshot was made; 0 before the first.',
      labels: ['fleet'],
      rows: perFleet(({ current }) => (current?.time ?? 0) / 1000),
    },
    {
      name: 'naru_snapshot_resources',
      help: 'Resources in the current snapshot.',
      labels: ['fleet', 'type'],
      rows: () =>
        view
          .fleets()
          .flatMap(({ name, current }) => typeNames.map((type) => [{ fleet: name, type }, current?.resources[type].size ?? 0] as const)),
    },
  ];
}

function leader(view: DebugView): readonly Collected[] {
  if (view.leader === undefined) return [];
  const help = '1 on the replica that writes status and Events.';
  return [{ name: 'naru_leader', help, labels: [], rows: () => [[{}, view.leader?.() === true ? 1 : 0]] }];
}

function certificates(view: DebugView): readonly Collected[] {
  if (view.certificates === undefined) return [];
  const rows = (): ReturnType<Collected['rows']> =>
    (view.certificates?.() ?? []).map(({ namespace, secret, notAfter }) => [{ namespace, secret }, Date.parse(notAfter) / 1000]);
  const help = 'When a certificate that is in use ends.';
  return [{ name: 'naru_certificate_expiry_timestamp_seconds', help, labels: ['namespace', 'secret'], rows }];
}

function lastEvents(times: ReadonlyMap<string, number>): Collected {
  const rows = (): ReturnType<Collected['rows']> => Array.from(times, ([kind, ms]) => [{ kind }, ms / 1000]);
  const help = 'When an object of this kind, or the end of a list of them, was heard of last.';
  return { name: 'naru_watch_last_event_timestamp_seconds', help, labels: ['kind'], rows };
}

/** Envoys come and go, so that none of these has one as its label. */
function proxyGauges(view: DebugView): readonly Collected[] {
  const perFleet = (valueOf: (fleet: FleetView, proxies: ReturnType<DebugView['proxies']>) => number) => () => {
    const proxies = view.proxies();
    return view.fleets().map(
      (fleet) =>
        [
          { fleet: fleet.name },
          valueOf(
            fleet,
            proxies.filter((proxy) => proxy.fleet === fleet.name),
          ),
        ] as const,
    );
  };
  return [
    { name: 'naru_xds_connected', help: 'Envoys that are connected.', labels: ['fleet'], rows: perFleet((_, proxies) => proxies.length) },
    {
      name: 'naru_proxy_lag_versions',
      help: 'By how many snapshots the Envoy that is furthest behind is behind.',
      labels: ['fleet'],
      rows: perFleet(({ current }, proxies) =>
        proxies.reduce((most, { accepted }) => Math.max(most, (current?.number ?? 0) - accepted), 0),
      ),
    },
    {
      name: 'naru_proxies_refusing',
      help: 'Envoys that refuse a resource of what they were sent.',
      labels: ['fleet'],
      rows: perFleet((_, proxies) => proxies.filter(({ types }) => typeNames.some((type) => types[type].refused !== undefined)).length),
    },
  ];
}

function problems(view: DebugView): Collected {
  return {
    name: 'naru_problems',
    help: 'Problems of objects at this moment.',
    labels: ['code', 'severity'],
    rows: () => {
      const counts = new Map<string, [{ code: string; severity: string }, number]>();
      for (const { code, severity } of view.problems()) {
        const key = `${code} ${severity}`;
        counts.set(key, [{ code, severity }, (counts.get(key)?.[1] ?? 0) + 1]);
      }
      return counts.values();
    },
  };
}
