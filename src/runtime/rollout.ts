import { interval, Subscription } from 'rxjs';
import type { Acknowledgement } from '../ads/acknowledgement.ts';
import type { Fleet } from '../ads/fleet.ts';
import type { AdsServer } from '../ads/server.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { ColdProofReport, QuarantineEntry, SnapshotSummary } from '../debug/view.ts';
import { splitName } from '../xds/quarantine/quarantine.ts';
import type { Assembly, Pass } from './assembly.ts';
import { ColdProof, type ColdProofOptions } from './cold-proof.ts';
import { coldNodeId } from './cold-run.ts';
import { History } from './history.ts';
import { RolloutTimes } from './rollout-times.ts';
import { describeReplacement } from './refusal-problems.ts';
import { Refusals } from './refusals.ts';

const tickMs = 1_000;

export interface RolloutOptions {
  readonly assembly: Assembly;
  readonly fleet: Fleet;
  readonly ads: AdsServer;
  /** What of a snapshot the fleet gets; absent: all of it. */
  readonly divide?: (whole: Snapshot) => Snapshot;
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

/** Brings snapshots to a fleet, and what its Envoys answer back into the next snapshot. */
export class Rollout {
  readonly #options: RolloutOptions;
  readonly #refusals: Refusals;
  readonly #times: RolloutTimes;
  readonly #history = new History({ rolloutOf: (number) => this.#times.of(number) });
  readonly #coldProof: ColdProof | undefined;
  #due = false;

  constructor(options: RolloutOptions) {
    this.#options = options;
    this.#times = new RolloutTimes({ onAll: options.onAllAccepted });
    this.#refusals = new Refusals(options.assembly);
    this.#coldProof = options.coldProof && this.#makeColdProof(options.coldProof);
  }

  /** Listens to the fleet's Envoys until it is unsubscribed. */
  start(): Subscription {
    const { ads, fleet } = this.#options;
    const all = new Subscription();
    all.add(
      ads.acknowledgements.subscribe((answer) => {
        if (answer.fleet === fleet.name) this.#answered(answer);
      }),
    );
    all.add(
      ads.accepted.subscribe((event) => {
        if (event.fleet !== fleet.name) return;
        this.#times.accepted(event, this.#standing());
        this.#refusals.accepted(event);
        this.#followUp();
      }),
    );
    all.add(
      interval(tickMs).subscribe(() => {
        this.#times.settle(this.#standing());
        this.#refusals.expire(new Set(ads.proxies().map(({ id }) => id)));
        this.#followUp();
      }),
    );
    return all;
  }

  async stop(): Promise<void> {
    await this.#coldProof?.stop();
  }

  get coldProof(): ColdProofReport | undefined {
    return this.#coldProof?.report;
  }

  get history(): readonly SnapshotSummary[] {
    return this.#history.list();
  }

  snapshot(number: number): Snapshot | undefined {
    return this.#history.find(number);
  }

  /** What is put aside at this moment; what is only held back while a culprit is looked for is not told. */
  get quarantine(): readonly QuarantineEntry[] {
    return this.#options.assembly.quarantined().flatMap((row) => {
      if (row.refusal === undefined) return [];
      const { proxy, message, since } = row.refusal;
      const name = row.what === 'hosts' ? splitName(row.name).hostname : row.name;
      return [{ type: row.what, name, version: row.version, proxy, message, since, replacedBy: describeReplacement(row) }];
    });
  }

  /** Takes in a pass: its snapshot goes to the fleet. */
  passed(whole: Pass): void {
    const { divide } = this.#options;
    const pass = whole.snapshot === undefined || divide === undefined ? whole : { ...whole, snapshot: divide(whole.snapshot) };
    if (pass.snapshot !== undefined) {
      this.#refusals.published(pass.snapshot);
      this.#history.add(pass.snapshot, pass.timing);
      this.#times.published(pass.snapshot.number, pass.timing?.since);
      this.#options.fleet.publish(pass.snapshot);
      this.#coldProof?.published(pass.snapshot);
    }
    this.#options.onPass(pass);
    this.#followUp();
  }

  #standing(): ReturnType<AdsServer['proxies']> {
    const { ads, fleet } = this.#options;
    return ads.proxies().filter((proxy) => proxy.fleet === fleet.name);
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

  #answered(answer: Acknowledgement): void {
    if (answer.refusal !== undefined) this.#times.refused(answer.proxy, answer.snapshot);
    const { protocol } = this.#options.ads.proxies().find(({ id }) => id === answer.proxy) ?? {};
    const complete = answer.type === 'clusters' || answer.type === 'listeners' || answer.type === 'scopes';
    this.#refusals.answered(answer, { retriesAlone: protocol === 'delta' || !complete });
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
    const pass = assembly.pass(new Map([[assembly.quarantine, taken.keys]]), taken.cause);
    this.passed({ ...pass, timing: { since: start, start, end: performance.now() } });
    this.#refusals.passed();
    this.#followUp();
  }
}
