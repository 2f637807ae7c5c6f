import { interval, Subscription } from 'rxjs';
import type { Acknowledgement } from '../ads/acknowledgement.ts';
import type { Fleet } from '../ads/fleet.ts';
import type { AdsServer } from '../ads/server.ts';
import type { FleetView } from '../debug/view.ts';
import type { Assembly, Pass } from './assembly.ts';
import { causeOfRefusals } from './cause.ts';
import { ColdProof, type ColdProofOptions } from './cold-proof.ts';
import { coldNodeId } from './cold-run.ts';
import { describeQuarantine, FleetRecord } from './fleet-record.ts';
import { mayJudge, type OwnFleets } from './own-fleets.ts';
import { Refusals } from './refusals.ts';

const tickMs = 1_000;

export interface RolloutOptions {
  readonly assembly: Assembly;
  readonly fleet: Fleet;
  readonly ads: AdsServer;
  /** Absent: the fleet gets all there is. */
  readonly ownFleets?: OwnFleets;
  /** Called after each pass, also those that answers of Envoys led to. */
  readonly onPass: (pass: Pass) => void;
  /** Called when following up on an answer fails, which is a bug of ours. */
  readonly onFailure: (error: unknown) => void;
  /** Called when every connected Envoy has come to run a snapshot: milliseconds from the first event that led to it. */
  readonly onAllAccepted?: ((ms: number) => void) | undefined;
  /** Absent where nothing is proven from cold. */
  readonly coldProof?: Pick<ColdProofOptions, 'startEnvoy' | 'delayMs'> | undefined;
  readonly log?: ((line: string) => void) | undefined;
}

/** Brings snapshots to a fleet and to those of single Gateways, and what its Envoys answer back into the next snapshot. */
export class Rollout {
  readonly #options: RolloutOptions;
  readonly #refusals: Refusals;
  readonly #record: FleetRecord;
  readonly #coldProof: ColdProof | undefined;
  /** The number of the first snapshot, and what was answered to its head start before it was made. */
  #first: number | undefined;
  #early: readonly Acknowledgement[] = [];
  #due = false;

  constructor(options: RolloutOptions) {
    this.#options = options;
    this.#record = new FleetRecord(options.fleet, { onAll: options.onAllAccepted });
    this.#refusals = new Refusals(options.assembly);
    this.#coldProof = options.coldProof && this.#makeColdProof(options.coldProof);
  }

  /** Listens to the Envoys until it is unsubscribed. */
  start(): Subscription {
    const { ads } = this.#options;
    const all = new Subscription();
    all.add(ads.acknowledgements.subscribe((answer) => this.#answered(answer)));
    all.add(
      ads.accepted.subscribe((event) => {
        const record = this.#recordOf(event.fleet);
        if (record === undefined) return;
        record.accepted(event, ads.proxies());
        this.#refusals.accepted({ ...event, proxy: this.#nameOf(event.fleet, event.proxy) });
        this.#followUp();
      }),
    );
    all.add(
      interval(tickMs).subscribe(() => {
        const proxies = ads.proxies();
        for (const record of this.#records()) record.settle(proxies);
        this.#refusals.expire(new Set(proxies.map(({ fleet, id }) => this.#nameOf(fleet, id))));
        this.#followUp();
      }),
    );
    return all;
  }

  async stop(): Promise<void> {
    await this.#coldProof?.stop();
  }

  /** The one that Ingresses have, then those of Gateways. */
  views(): readonly FleetView[] {
    const all = describeQuarantine(this.#options.assembly);
    const own = (name: string) => all.filter(({ proxy }) => proxy.startsWith(`${name}/`));
    const further = this.#options.ownFleets?.all() ?? [];
    const theirs = new Set(further.flatMap(({ fleet }) => own(fleet.name)));
    const main = this.#record.view(all.filter((entry) => !theirs.has(entry)));
    return [{ ...main, coldProof: this.#coldProof?.report }, ...further.map((record) => record.view(own(record.fleet.name)))];
  }

  /** Takes in a pass: its snapshot goes to the fleets. */
  passed(whole: Pass): void {
    const { ownFleets } = this.#options;
    if (whole.snapshot === undefined) this.#options.onPass(whole);
    else {
      this.#refusals.published(whole.snapshot, (fleet) => this.#recordOf(fleet)?.fleet.current);
      const snapshot = ownFleets?.divide(whole.snapshot, whole.timing) ?? whole.snapshot;
      this.#record.publish(snapshot, whole.timing);
      this.#coldProof?.published(snapshot);
      this.#options.onPass({ ...whole, snapshot });
      if (this.#first === undefined) this.#takeEarly(whole.snapshot.number);
    }
    this.#followUp();
  }

  #recordOf(fleet: string): FleetRecord | undefined {
    return fleet === this.#options.fleet.name ? this.#record : this.#options.ownFleets?.get(fleet);
  }

  #records(): readonly FleetRecord[] {
    return [this.#record, ...(this.#options.ownFleets?.all() ?? [])];
  }

  /** Envoys of different fleets may say that they have the same id. */
  #nameOf(fleet: string, proxy: string): string {
    return fleet === this.#options.fleet.name ? proxy : `${fleet}/${proxy}`;
  }

  #makeColdProof(options: Pick<ColdProofOptions, 'startEnvoy' | 'delayMs'>): ColdProof {
    const { assembly, fleet, log = () => {} } = this.#options;
    return new ColdProof({
      ...options,
      fleet: fleet.name,
      hostsIn: (scope) => assembly.rendering.hostsIn(scope),
      onProven: (snapshot) => this.#refusals.proven(coldNodeId, snapshot),
      onRefused: (snapshot, verdicts) => {
        for (const line of this.#refusals.condemned(coldNodeId, snapshot, verdicts)) log(`an Envoy that was freshly started: ${line}`);
        this.#followUp();
      },
      log,
    });
  }

  /** A head start is a part of the first snapshot: so are the answers to it. */
  #takeEarly(first: number): void {
    this.#first = first;
    for (const answer of this.#early) this.#answered(answer);
    this.#early = [];
  }

  #answered(given: Acknowledgement): void {
    const snapshot = given.snapshot === 0 ? this.#first : given.snapshot;
    if (snapshot === undefined) {
      this.#early = [...this.#early, given];
      return;
    }
    const answer = { ...given, snapshot };
    const { ads, assembly, fleet: shared } = this.#options;
    const { fleet, proxy, type } = answer;
    const record = this.#recordOf(fleet);
    if (record === undefined) return;
    if (answer.refusal !== undefined) record.refused(proxy, answer.snapshot);
    const { protocol } = ads.proxies().find((one) => one.fleet === fleet && one.id === proxy) ?? {};
    const complete = type === 'clusters' || type === 'listeners' || type === 'scopes';
    this.#refusals.answered(
      { ...answer, proxy: this.#nameOf(fleet, proxy) },
      {
        retriesAlone: protocol === 'delta' || !complete,
        ...(fleet === shared.name
          ? {}
          : { judges: (what, name) => mayJudge(fleet, what, name, (resource) => assembly.readersOf(resource)) }),
      },
    );
    this.#followUp();
  }

  /** Not at once: a stream that has just taken in an answer must finish before it is given the next snapshot. */
  #followUp(): void {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(() => {
      this.#due = false;
      try {
        this.#putAside();
      } catch (error) {
        this.#options.onFailure(error);
      }
    });
  }

  #putAside(): void {
    const taken = this.#refusals.take();
    if (taken === undefined) return;
    const { assembly } = this.#options;
    const start = performance.now();
    const rows = [...taken.keys].flatMap((key) => assembly.quarantine.get(key) ?? []);
    const pass = assembly.pass(new Map([[assembly.quarantine, taken.keys]]), causeOfRefusals(taken.cause, rows));
    this.passed({ ...pass, timing: { since: start, start, end: performance.now() } });
    this.#refusals.passed();
    this.#followUp();
  }
}
