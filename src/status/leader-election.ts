import type { Clock } from '../ads/clock.ts';
import { type AttemptOptions, attemptLease, type LeaseStore, type Observation, releaseLease } from './lease-attempt.ts';

export interface LeaderElectionOptions {
  readonly store: LeaseStore;
  readonly identity: string;
  /** 15 s for all that client-go elects; the other times follow from it as there: 10 s and 2 s. */
  readonly durationSeconds: number;
  /** Whether this replica could lead. One that no Envoy asks knows nothing that it could tell. */
  readonly ready: () => boolean;
  /** Called when it begins to lead, and when it leads no longer. */
  readonly onChange: (leading: boolean) => void;
  readonly onTrouble: (sentence: string) => void;
  readonly clock: Clock;
  readonly wallClock?: () => Date;
  readonly random?: () => number;
}

/** client-go's `JitterFactor`: between two attempts pass one to 2.2 retry periods. */
const jitter = 1.2;

/**
 * Holds a lease, or waits for it, until `stop`. Of all replicas that share the lease at most one leads; who cannot renew
 * it gives up before another may take it.
 *
 *     wait ──attempt──▶ lead ──renew, every 2 s──▶ lead
 *      ▲                 │
 *      └── 10 s without success, not ready ──┘
 */
export class LeaderElection {
  readonly #options: LeaderElectionOptions;
  readonly #attempt: AttemptOptions;
  #seen: Observation | undefined;
  #leading = false;
  #renewedAt = 0;
  /** When it was ready last; undefined before that. */
  #readyAt: number | undefined;
  /** Between two turns, not contending. */
  #idle = false;
  #troubled = false;
  #stopped = false;
  #callOffNext: () => void = () => {};
  #callOffDeadline: () => void = () => {};
  #running: Promise<void> = Promise.resolve();

  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    const { store, identity, durationSeconds, clock, wallClock = () => new Date() } = options;
    this.#attempt = { store, identity, durationSeconds, nowMs: () => clock.now(), wallClock };
  }

  get leading(): boolean {
    return this.#leading;
  }

  start(): void {
    this.#running = this.#turn();
  }

  /** To be called when `ready` may have become true: what was waited for need not wait for the next turn. */
  hurry(): void {
    if (!this.#idle || this.#stopped) return;
    this.#callOffNext();
    this.start();
  }

  /** Gives the lease back if it holds it, so that another replica takes it at once. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#callOffNext();
    await this.#running;
    await this.#giveUp();
  }

  async #turn(): Promise<void> {
    const { clock, ready } = this.#options;
    this.#idle = false;
    if (ready()) this.#readyAt = clock.now();
    // An Envoy that connects anew is not a reason to pass the lease on.
    const contends = this.#readyAt !== undefined && clock.now() - this.#readyAt < this.#durationMs;
    if (contends) await this.#try();
    else if (this.#leading) await this.#giveUp();
    this.#idle = !contends;
    if (!this.#stopped) this.#callOffNext = clock.after(this.#pauseMs(), () => this.start());
  }

  async #try(): Promise<void> {
    const { clock } = this.#options;
    // From before it was sent: the lease may run from then on.
    const at = clock.now();
    try {
      const { held, seen } = await attemptLease(this.#attempt, this.#seen);
      this.#seen = seen;
      this.#troubled = false;
      if (held) this.#renewed(at);
      else this.#lead(false);
    } catch (error) {
      this.#report(error);
    }
  }

  #renewed(at: number): void {
    const { clock } = this.#options;
    this.#renewedAt = at;
    this.#callOffDeadline();
    const leftMs = this.#durationMs * (10 / 15) - (clock.now() - at);
    this.#callOffDeadline = clock.after(Math.max(leftMs, 0), () => this.#lead(false));
    // An answer that took longer than the deadline came too late.
    this.#lead(leftMs > 0);
  }

  #lead(leading: boolean): void {
    if (!leading) this.#callOffDeadline();
    if (this.#leading === leading) return;
    this.#leading = leading;
    this.#options.onChange(leading);
  }

  async #giveUp(): Promise<void> {
    const held = this.#leading;
    this.#lead(false);
    if (!held) return;
    // Whoever cannot release it lets it expire.
    await releaseLease(this.#attempt).catch(() => {});
    this.#seen = undefined;
  }

  #report(error: unknown): void {
    const { clock, onTrouble } = this.#options;
    if (this.#troubled) return;
    this.#troubled = true;
    const said = error instanceof Error ? error.message : String(error);
    const since = this.#leading ? ` It was renewed ${Math.round((clock.now() - this.#renewedAt) / 1000)} s ago.` : '';
    onTrouble(`The leader lease could be neither taken nor renewed: ${said.replace(/\.$/, '')}.${since} It is tried again.`);
  }

  get #durationMs(): number {
    return this.#options.durationSeconds * 1000;
  }

  #pauseMs(): number {
    const { random = Math.random } = this.#options;
    const retryMs = this.#durationMs * (2 / 15);
    // A leader is punctual; those who wait should not all come at once.
    return this.#leading ? retryMs : retryMs * (1 + random() * jitter);
  }
}
