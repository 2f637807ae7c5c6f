import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Acknowledgement } from '../ads/acknowledgement.ts';
import { Fleet } from '../ads/fleet.ts';
import { AdsServer } from '../ads/server.ts';
import type { Resource, TypeName } from '../snapshot/resource.ts';
import { ResourceTable } from '../snapshot/resource-table.ts';
import type { ResourceSet, Snapshot } from '../snapshot/snapshot.ts';
import { unboundListener } from '../xds/listeners/unbound-listener.ts';

/** An Envoy that was started a moment ago and has nothing. */
export interface FreshEnvoy {
  stop(): Promise<void>;
}

/** Starts one that is to connect to this Unix socket; `onExit`: it has ended by itself, and these were its last words. */
export type StartEnvoy = (options: {
  readonly nodeId: string;
  readonly cluster: string;
  readonly socket: string;
  readonly onExit: (log: readonly string[]) => void;
}) => FreshEnvoy;

export interface Refused {
  readonly type: TypeName;
  readonly name: string;
  /** The Envoy's own words. */
  readonly message: string;
}

export const coldNodeId = 'cold-proof';
/** A refused response goes again in parts: so long after the last answer no more are expected. */
const quietMs = 200;
const patienceMs = 60_000;

/** One Envoy from its start: what it is given first is what any new Envoy would get. It opens no ports. */
export class ColdRun {
  readonly #fleet: Fleet;
  readonly #ads: AdsServer;
  readonly #folder: string;
  readonly #failed: Promise<never>;
  readonly #onAnswer = new Set<(answer: Acknowledgement) => void>();
  #envoy: FreshEnvoy | undefined;
  #fail: (error: Error) => void = () => {};
  #number = 0;

  private constructor(fleet: string, folder: string) {
    this.#folder = folder;
    this.#fleet = new Fleet(fleet);
    this.#ads = new AdsServer({ fleets: [this.#fleet], host: `unix:${join(folder, 'ads.sock')}`, port: 0, removalGraceMs: 0 });
    this.#failed = new Promise((_, reject) => (this.#fail = reject));
    // It is looked at where something is waited for.
    this.#failed.catch(() => {});
  }

  static async start(fleet: string, startEnvoy: StartEnvoy): Promise<ColdRun> {
    const run = new ColdRun(fleet, await mkdtemp(join(tmpdir(), 'naru-cold-')));
    try {
      await run.#ads.start();
      run.#ads.acknowledgements.subscribe((answer) => run.#onAnswer.forEach((listen) => listen(answer)));
      const socket = join(run.#folder, 'ads.sock');
      const onExit = (log: readonly string[]): void => run.abort(`it ended: ${log.slice(-3).join(' | ')}`);
      run.#envoy = startEnvoy({ nodeId: coldNodeId, cluster: fleet, socket, onExit });
    } catch (error) {
      await run.stop();
      throw error;
    }
    return run;
  }

  abort(why: string): void {
    this.#fail(new Error(why));
  }

  /**
   * Gives it all of this, and resolves with what it refuses.
   *
   * @throws Error when it ends, is stopped or does not answer.
   */
  async refusalsOf(resources: ResourceSet): Promise<readonly Refused[]> {
    const refused = new Map<string, Refused>();
    let together: string | undefined;
    const number = this.#nextNumber();
    const settled = new Promise<void>((resolve) => {
      let timer: NodeJS.Timeout | undefined;
      this.#onAnswer.add(({ type, names, refusal }) => {
        for (const name of names) {
          if (refusal === undefined) refused.delete(`${type} ${name}`);
          else if (names.length === 1) refused.set(`${type} ${name}`, { type, name, message: refusal });
        }
        if (refusal !== undefined && names.length > 1) together = refusal;
        clearTimeout(timer);
        if (refused.size > 0 || together !== undefined) timer = setTimeout(resolve, quietMs);
      });
      this.#ads.accepted.subscribe(({ snapshot }) => {
        if (snapshot >= number) resolve();
      });
    });
    this.#publish(number, withoutPorts(resources));
    await this.#within(settled);
    if (refused.size === 0 && together !== undefined && !this.#runs(number)) throw new Error(`it refused several together: ${together}`);
    return [...refused.values()];
  }

  /** Whether it accepts this in the place of the resource of the same name; nothing else is new. */
  async accepts(resource: Resource, { resources }: Pick<Snapshot, 'resources'>): Promise<boolean> {
    const { type, name } = resource;
    const number = this.#nextNumber();
    const answered = new Promise<boolean>((resolve) => {
      this.#onAnswer.add((answer) => {
        if (answer.type === type && answer.snapshot >= number && answer.names.includes(name)) resolve(answer.refusal === undefined);
      });
    });
    this.#publish(number, { ...withoutPorts(resources), [type]: resources[type].with(new Map([[name, resource]])) });
    return this.#within(answered);
  }

  async stop(): Promise<void> {
    this.abort('it was stopped');
    await this.#envoy?.stop();
    await this.#ads.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  /** One number is left out each time, so that the whole is compared. */
  #nextNumber(): number {
    this.#onAnswer.clear();
    this.#number += 2;
    return this.#number;
  }

  #publish(number: number, resources: ResourceSet): void {
    const { name: fleet } = this.#fleet;
    this.#fleet.publish({ fleet, number, hash: '', cause: '', summary: '', time: 0, resources, changes: [] });
  }

  #runs(number: number): boolean {
    return this.#ads.proxies().some(({ accepted }) => accepted >= number);
  }

  async #within<T>(what: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`it does not answer within ${patienceMs / 1000} s`)), patienceMs);
    });
    try {
      return await Promise.race([what, this.#failed, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function withoutPorts(resources: ResourceSet): ResourceSet {
  const listeners = [...resources.listeners.values()].map((each) => [each.name, unboundListener(each)] as const);
  return { ...resources, listeners: ResourceTable.empty.with(new Map(listeners)) };
}
