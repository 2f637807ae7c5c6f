import { IngressTranslation } from '../ingress/translation.ts';
import type { IngressOptions } from '../ingress/options.ts';
import type { KubeEvent } from '../kube/event.ts';
import { problem, type Problem } from '../model/problem.ts';
import { resourceChanges } from '../snapshot/resource-changes.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { Snapshots } from '../snapshot/snapshots.ts';
import { ProblemList } from '../status/problem-list.ts';
import { runPass } from '../store/pass.ts';
import { type Changes, type Key, SourceTable, type Table } from '../store/table.ts';
import { World } from '../store/world.ts';
import type { ListenOptions } from '../xds/options.ts';
import { Rendering } from '../xds/rendering.ts';
import { describeCause, type Difference, summarise } from './cause.ts';

export interface BuildOptions {
  readonly fleet: string;
  readonly ingress: IngressOptions;
  readonly listen: ListenOptions;
}

/** What a batch led to. */
export interface Pass {
  readonly cause: string;
  /** Absent where the batch changes nothing that Envoys get. */
  readonly snapshot?: Snapshot;
  readonly newProblems: readonly Problem[];
}

/**
 * One pass from events to a snapshot: World → Model → resources → Snapshot, synchronous, so that nobody sees a state
 * in between. Nothing is made before every kind has been read once.
 */
export class Build {
  readonly world = new World();
  readonly model: IngressTranslation;
  readonly #rendering: Rendering;
  readonly #snapshots: Snapshots;
  /** Parts that could not be computed: defects of ours. */
  readonly #failures = new SourceTable<readonly Problem[]>('failures');
  readonly #failed = new Set<Key>();
  readonly #problems: ProblemList;
  readonly #hosts = new Set<Key>();
  #waiting: Changes = new Map();

  constructor({ fleet, ingress, listen }: BuildOptions) {
    const onFailure = (row: Key, error: Error | undefined): void => this.#fail(row, error);
    this.model = new IngressTranslation(this.world, { ingress, onFailure });
    this.#rendering = new Rendering(this.model, { listen, onFailure });
    this.#snapshots = new Snapshots(fleet);
    this.#problems = new ProblemList([this.world.problems, this.#failures, ...this.model.reporting]);
  }

  get current(): Snapshot | undefined {
    return this.#snapshots.current;
  }

  problems(): readonly Problem[] {
    return this.#problems.all();
  }

  /** Takes in a batch. */
  apply(events: readonly KubeEvent[]): Pass {
    this.#waiting = joinChanges(this.#waiting, this.world.apply(events));
    const cause = this.current === undefined ? 'start' : describeCause(events);
    if (!this.world.synced) return { cause, newProblems: [] };
    const changes = runPass([...this.model.tables, ...this.#rendering.tables], this.#waiting);
    this.#waiting = new Map();
    const resources = resourceChanges(this.#rendering.resources, changes);
    const hosts = this.#hostDifferences(changes);
    const snapshot = this.#next(() =>
      this.#snapshots.next(resources, { cause, time: Date.now(), summarise: (list) => summarise(hosts, list) }),
    );
    const newProblems = this.#problems.refresh(new Map([...changes, [this.#failures, new Set(this.#failed)]]));
    this.#failed.clear();
    return { cause, newProblems, ...(snapshot === undefined ? {} : { snapshot }) };
  }

  #next(make: () => Snapshot | undefined): Snapshot | undefined {
    try {
      const snapshot = make();
      this.#fail('snapshot', undefined);
      return snapshot;
    } catch (error) {
      this.#fail('snapshot', error instanceof Error ? error : new Error(String(error)));
      return undefined;
    }
  }

  #fail(row: Key, error: Error | undefined): void {
    if (error === undefined && this.#failures.get(row) === undefined) return;
    const source = { kind: 'Naru', namespace: '', name: row };
    const text = {
      message: `This part could not be computed: ${error?.message ?? ''}`,
      done: 'Its last good configuration stays active.',
      fix: 'This is a defect of Naru: please report it with this message.',
    };
    this.#failures.set(row, error === undefined ? undefined : [problem('NR901', source, text)]);
    this.#failed.add(row);
  }

  #hostDifferences(changes: Changes): readonly Difference[] {
    return [...(changes.get(this.model.virtualHosts) ?? [])].sort().map((host): Difference => {
      const what = host === '*' ? 'any host' : `host ${host}`;
      if (this.model.virtualHosts.get(host) === undefined) {
        this.#hosts.delete(host);
        return { verb: '-', what };
      }
      const verb = this.#hosts.has(host) ? '~' : '+';
      this.#hosts.add(host);
      return { verb, what };
    });
  }
}

function joinChanges(earlier: Changes, later: Changes): Changes {
  if (earlier.size === 0) return later;
  const joined = new Map<Table<unknown>, Set<Key>>();
  for (const changes of [earlier, later]) {
    for (const [table, keys] of changes) {
      const known = joined.get(table);
      if (known === undefined) joined.set(table, new Set(keys));
      else for (const key of keys) known.add(key);
    }
  }
  return joined;
}
