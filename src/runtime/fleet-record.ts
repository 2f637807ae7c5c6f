import type { Fleet } from '../ads/fleet.ts';
import type { Accepted, ProxyState } from '../ads/proxy-state.ts';
import type { FleetView, QuarantineEntry, SnapshotSummary } from '../debug/view.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { objectsOf } from '../xds/answering-host.ts';
import { splitName } from '../xds/quarantine/quarantine.ts';
import type { Assembly, PassTiming } from './assembly.ts';
import { History } from './history.ts';
import { describeReplacement } from './refusal-problems.ts';
import { type RolloutTimesOptions, RolloutTimes } from './rollout-times.ts';

const mostSources = 20;

/** A fleet with its last snapshots, and how its Envoys took them. */
export class FleetRecord {
  readonly fleet: Fleet;
  readonly #times: RolloutTimes;
  readonly #history: History;

  constructor(fleet: Fleet, times?: RolloutTimesOptions) {
    this.fleet = fleet;
    this.#times = new RolloutTimes(times);
    this.#history = new History({ rolloutOf: (number) => this.#times.of(number) });
  }

  get history(): readonly SnapshotSummary[] {
    return this.#history.list();
  }

  snapshot(number: number): Snapshot | undefined {
    return this.#history.find(number);
  }

  publish(snapshot: Snapshot, timing: PassTiming | undefined): void {
    this.#history.add(snapshot, timing);
    this.#times.published(snapshot.number, timing?.since);
    this.fleet.publish(snapshot);
  }

  /** The same resources under another number, because other fleets have something new. */
  repeat(snapshot: Snapshot): void {
    this.fleet.publish(snapshot);
  }

  accepted(event: Accepted, proxies: readonly ProxyState[]): void {
    this.#times.accepted(event, this.#own(proxies));
  }

  refused(proxy: string, snapshot: number): void {
    this.#times.refused(proxy, snapshot);
  }

  /** To be called now and then: Envoys also go. */
  settle(proxies: readonly ProxyState[]): void {
    this.#times.settle(this.#own(proxies));
  }

  /** `quarantine`: of all fleets. */
  view(quarantine: readonly QuarantineEntry[]): FleetView {
    return {
      name: this.fleet.name,
      current: this.fleet.current,
      history: this.history,
      snapshot: (number) => this.snapshot(number),
      quarantine,
    };
  }

  #own(proxies: readonly ProxyState[]): readonly ProxyState[] {
    return proxies.filter(({ fleet }) => fleet === this.fleet.name);
  }
}

/** What is put aside at this moment; what is only held back while a culprit is looked for is not told. */
export function describeQuarantine(assembly: Assembly): readonly QuarantineEntry[] {
  return assembly.quarantined().flatMap((row) => {
    if (row.refusal === undefined) return [];
    const { proxy, message, since } = row.refusal;
    const sources = [...new Set(objectsOf(row.refusal))].slice(0, mostSources);
    const name = row.what === 'hosts' ? splitName(row.name).hostname : row.name;
    return [{ type: row.what, name, version: row.version, proxy, message, since, replacedBy: describeReplacement(row), sources }];
  });
}
