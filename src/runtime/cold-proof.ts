import type { ColdProofReport } from '../debug/view.ts';
import type { Resource } from '../snapshot/resource.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import type { Quarantinable, RenderedHost } from '../xds/quarantine/quarantine.ts';
import { listenerOf } from '../model/virtual-host.ts';
import { isOfOneHost, renderOtherHosts } from '../xds/scopes/scope.ts';
import { ColdRun, type Refused, type StartEnvoy } from './cold-run.ts';
import { namesIn } from './refusal-message.ts';

/** Something that a fresh Envoy refuses. */
export interface Verdict {
  readonly what: Quarantinable;
  readonly name: string;
  readonly message: string;
}

export interface ColdProofOptions {
  readonly fleet: string;
  readonly startEnvoy: StartEnvoy;
  /** So long after a change the newest snapshot is tried; what only changes endpoints is not. */
  readonly delayMs?: number;
  /** The virtual hosts that a scope was put together from. */
  readonly hostsIn: (scope: Resource) => ReadonlyMap<string, RenderedHost>;
  /** A fresh Envoy runs this snapshot. */
  readonly onProven: (snapshot: Snapshot) => void;
  /** A fresh Envoy refuses this of a snapshot. */
  readonly onRefused: (snapshot: number, verdicts: readonly Verdict[]) => void;
  readonly log: (line: string) => void;
}

const usualDelayMs = 1_000;
/** It rests so many times as long as a proof takes, so that a busy cluster does not pay for one after the other. */
const restFactor = 4;
/** So many culprits are looked for in one go. */
const mostCulprits = 10;

/**
 * Proves snapshots from cold: a local Envoy is started, is given what any new Envoy would get, and is stopped. A running
 * one takes each change as an update of what it has, and may accept what a fresh one refuses. This happens after the
 * fleet has the snapshot, once for all changes of a moment.
 */
export class ColdProof {
  readonly #options: ColdProofOptions;
  #wanted: Snapshot | undefined;
  #timer: NodeJS.Timeout | undefined;
  #running: Promise<void> | undefined;
  #run: ColdRun | undefined;
  #restUntil = 0;
  #stopped = false;
  #report: ColdProofReport | undefined;

  constructor(options: ColdProofOptions) {
    this.#options = options;
  }

  /** What came of the last one. */
  get report(): ColdProofReport | undefined {
    return this.#report;
  }

  published(snapshot: Snapshot): void {
    if (snapshot.changes.every(({ type }) => type === 'endpoints') && this.#wanted === undefined) return;
    this.#wanted = snapshot;
    if (this.#running === undefined) this.#later();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#run?.abort('it is not needed any more');
    await this.#running;
  }

  #later(): void {
    if (this.#stopped || this.#timer !== undefined) return;
    const { delayMs = usualDelayMs } = this.#options;
    const waitMs = Math.max(delayMs, this.#restUntil - performance.now());
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#running = this.#prove().finally(() => {
        this.#running = undefined;
        if (this.#wanted !== undefined) this.#later();
      });
    }, waitMs).unref();
  }

  async #prove(): Promise<void> {
    const snapshot = this.#wanted;
    if (snapshot === undefined) return;
    this.#wanted = undefined;
    const begun = performance.now();
    try {
      const { fleet, startEnvoy } = this.#options;
      const run = await ColdRun.start(fleet, startEnvoy);
      this.#run = run;
      if (this.#stopped) run.abort('it is not needed any more');
      try {
        await this.#ask(run, snapshot, begun);
      } finally {
        this.#run = undefined;
        await run.stop();
      }
    } catch (error) {
      if (!this.#stopped) this.#failed(snapshot, begun, error instanceof Error ? error.message : String(error));
    }
    // What follows from a refusal is wanted soon.
    if (this.#report?.result !== 'refused') this.#restUntil = performance.now() + restFactor * (performance.now() - begun);
  }

  async #ask(run: ColdRun, snapshot: Snapshot, begun: number): Promise<void> {
    const refused = await run.refusalsOf(snapshot.resources);
    const verdicts: Verdict[] = [];
    for (const each of refused) verdicts.push(...(await this.#verdictsOf(run, snapshot, each)));
    if (this.#stopped) return;
    const tookMs = performance.now() - begun;
    this.#report = { snapshot: snapshot.number, result: refused.length === 0 ? 'accepted' : 'refused', tookMs, at: Date.now() };
    if (refused.length === 0) this.#options.onProven(snapshot);
    else if (verdicts.length > 0) this.#options.onRefused(snapshot.number, verdicts);
    else this.#failed(snapshot, begun, refused.map(({ type, name, message }) => `${type} ${name}: ${message}`).join('; '));
  }

  async #verdictsOf(run: ColdRun, snapshot: Snapshot, { type, name, message }: Refused): Promise<readonly Verdict[]> {
    if (type === 'routes') return [];
    if (type !== 'scopes') return [{ what: type, name, message }];
    const resource = snapshot.resources.scopes.get(name);
    const hosts = resource === undefined ? new Map<string, RenderedHost>() : this.#options.hostsIn(resource);
    const all = [...hosts.keys()].sort();
    if (isOfOneHost(name)) return all.map((host) => ({ what: 'hosts', name: host, message }));
    const named = namesIn(message, all);
    const accepts = (some: readonly string[]): Promise<boolean> =>
      run.accepts(renderOtherHosts(new Map([...hosts].filter(([host]) => some.includes(host))), listenerOf(name)), snapshot);
    const culprits = named.length > 0 ? named : await findCulprits(all, accepts);
    return culprits.map((host): Verdict => ({ what: 'hosts', name: host, message }));
  }

  #failed({ number }: Snapshot, begun: number, message: string): void {
    this.#report = { snapshot: number, result: 'failed', tookMs: performance.now() - begun, at: Date.now(), message };
    this.#options.log(`snapshot ${number} could not be proven from cold: a fresh Envoy was started, and ${message}`);
  }
}

/** Those of several, refused together, that are refused by themselves: by halves, and nobody is served by what is tried. */
async function findCulprits(
  together: readonly string[],
  accepts: (some: readonly string[]) => Promise<boolean>,
): Promise<readonly string[]> {
  if (together.length <= 1) return together;
  const middle = Math.ceil(together.length / 2);
  const found: string[] = [];
  for (const half of [together.slice(0, middle), together.slice(middle)]) {
    if (found.length >= mostCulprits) break;
    if (!(await accepts(half))) found.push(...(await findCulprits(half, accepts)));
  }
  return found;
}
