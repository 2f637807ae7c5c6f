import type { Problem } from '../model/problem.ts';
import { anyHost, type VirtualHost } from '../model/virtual-host.ts';
import { resourceChanges } from '../snapshot/resource-changes.ts';
import type { Reference } from '../snapshot/resource.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';
import { headStartOf, Snapshots } from '../snapshot/snapshots.ts';
import { ProblemList, type ReportingTable } from '../status/problem-list.ts';
import { DerivedTable } from '../store/derived-table.ts';
import { runPass } from '../store/pass.ts';
import { type Changes, type FollowingTable, type Key, SourceTable, type Table } from '../store/table.ts';
import { objectsOf } from '../xds/answering-host.ts';
import type { ListenOptions } from '../xds/options.ts';
import { type Quarantined, quarantineKey, splitName } from '../xds/quarantine/quarantine.ts';
import { type ModelTables, Rendering, type RenderingOptions } from '../xds/rendering.ts';
import { type Cause, type Difference, otherCause, summarise } from './cause.ts';
import type { Failures } from './failures.ts';
import { refusalProblems } from './refusal-problems.ts';

/** Milliseconds on the clock of `performance.now()`. */
export interface PassTiming {
  /** When the first event of the batch came in. */
  readonly since: number;
  readonly start: number;
  readonly end: number;
}

/** What a batch led to. */
export interface Pass {
  readonly cause: string;
  /** Absent where the batch changes nothing that Envoys get. */
  readonly snapshot?: Snapshot;
  readonly newProblems: readonly Problem[];
  /** What changed in all tables. */
  readonly changes: Changes;
  /** Absent where nobody looked at a clock. */
  readonly timing?: PassTiming;
}

export interface AssemblyOptions {
  readonly fleet: string;
  readonly listen: ListenOptions;
  /** Rendered as it is: what checks there are come before. */
  readonly model: ModelTables;
  /** Tables that the Model follows from, in the order in which they are refreshed. */
  readonly tables: readonly FollowingTable<unknown>[];
  readonly reporting: readonly ReportingTable[];
  readonly failures: Failures;
  /** See `RenderingOptions`. */
  readonly cluster?: RenderingOptions['cluster'];
}

/** A pass that has come half way. Until it is finished, no other may begin. */
export interface BegunPass<Why> {
  /** What Envoys without a configuration can be told by now: clusters and endpoints. Its number is 0. */
  readonly headStart: Snapshot;
  readonly finish: (why: Why) => Pass;
}

/** From the Model of one fleet to its snapshots, less what is quarantined. */
export class Assembly {
  readonly fleet: string;
  readonly rendering: Rendering;
  /** What is not sent as it is rendered, because an Envoy refused it. Changed from outside, then told by `pass`. */
  readonly quarantine = new SourceTable<Quarantined>('quarantine');
  readonly #hostTable: Table<VirtualHost>;
  readonly #snapshots: Snapshots;
  readonly #failures: Failures;
  readonly #tables: readonly FollowingTable<unknown>[];
  readonly #problems: ProblemList;
  readonly #hosts = new Set<Key>();
  readonly #restored = new Set<Key>();
  #putAside: ReadonlySet<string> | undefined;

  constructor({ fleet, listen, model, tables, reporting, failures, cluster }: AssemblyOptions) {
    this.fleet = fleet;
    this.#failures = failures;
    this.#hostTable = model.virtualHosts;
    const { quarantine } = this;
    this.rendering = new Rendering(model, { listen, quarantine, onFailure: failures.note, ...(cluster === undefined ? {} : { cluster }) });
    this.#snapshots = new Snapshots(fleet);
    const refusals = new DerivedTable<Quarantined, readonly Problem[]>({
      name: 'refusals',
      input: this.quarantine,
      compute: (row) => refusalProblems(row),
      onFailure: (key, error) => failures.note(`refusals ${key}`, error),
    });
    this.#tables = [...tables, ...this.rendering.tables, refusals];
    this.#problems = new ProblemList([...reporting, refusals, failures.table]);
  }

  /** All tables that a pass refreshes, in that order. */
  get tables(): readonly FollowingTable<unknown>[] {
    return this.#tables;
  }

  get current(): Snapshot | undefined {
    return this.#snapshots.current;
  }

  /** Whoever needs a resource of the newest snapshot. */
  readersOf(resource: Reference): readonly Reference[] {
    return this.#snapshots.readersOf(resource);
  }

  /** See `Snapshots.countOnFrom`. */
  countOnFrom(number: number): void {
    this.#snapshots.countOnFrom(number);
  }

  problems(): readonly Problem[] {
    return this.#problems.all();
  }

  /** What an earlier process has put aside. To be called before the first pass. */
  restore(rows: readonly Quarantined[]): void {
    for (const row of rows) {
      this.quarantine.set(quarantineKey(row.what, row.name), row);
      this.#restored.add(quarantineKey(row.what, row.name));
    }
  }

  quarantined(): readonly Quarantined[] {
    return [...this.quarantine.keys()].sort().flatMap((key) => this.quarantine.get(key) ?? []);
  }

  /** `Ingress shop/web`, for each object that is not served as it is written: refused, or held back while a culprit is looked for. */
  putAside(): ReadonlySet<string> {
    this.#putAside ??= this.#findPutAside();
    return this.#putAside;
  }

  #findPutAside(): ReadonlySet<string> {
    const rows = [...this.quarantine.keys()].flatMap((key) => this.quarantine.get(key) ?? []);
    return new Set(rows.flatMap(({ what, name, refusal }) => objectsOf(refusal ?? this.rendering.rendered(what, name) ?? { sources: [] })));
  }

  /** Whether the last changes did not make a snapshot and wait for the next. */
  get held(): boolean {
    return this.#failures.table.get('snapshot') !== undefined;
  }

  /** Follows what changed in sources. */
  pass(sources: Changes, why: Cause | string): Pass {
    return this.#conclude(runPass(this.#tables, this.#withRestored(sources)), why);
  }

  /** The same in two halves. */
  begin(sources: Changes): BegunPass<Cause | string> {
    const { resources, tables } = this.rendering.headStart;
    const last = Math.max(...tables.map((table) => this.#tables.indexOf(table)));
    const changes = runPass(this.#tables.slice(0, last + 1), this.#withRestored(sources));
    return {
      headStart: headStartOf(this.fleet, resourceChanges(resources, changes)),
      finish: (why) => this.#conclude(runPass(this.#tables.slice(last + 1), changes), why),
    };
  }

  #conclude(changes: Changes, why: Cause | string): Pass {
    this.#putAside = undefined;
    const { text: cause, objects, objectCount } = typeof why === 'string' ? otherCause(why) : why;
    const resources = resourceChanges(this.rendering.resources, changes);
    const hosts = this.#hostDifferences(changes);
    const snapshot = this.#next(() =>
      this.#snapshots.next(resources, { cause, objects, objectCount, time: Date.now(), summarise: (list) => summarise(hosts, list) }),
    );
    const newProblems = this.#problems.refresh(new Map([...changes, [this.#failures.table, this.#failures.takeChanged()]]));
    return { cause, newProblems, changes, ...(snapshot === undefined ? {} : { snapshot }) };
  }

  #withRestored(sources: Changes): Changes {
    if (this.#restored.size === 0) return sources;
    const keys = new Set([...this.#restored, ...(sources.get(this.quarantine) ?? [])]);
    this.#restored.clear();
    return new Map([...sources, [this.quarantine, keys]]);
  }

  #next(make: () => Snapshot | undefined): Snapshot | undefined {
    try {
      const snapshot = make();
      this.#failures.note('snapshot', undefined);
      return snapshot;
    } catch (error) {
      this.#failures.note('snapshot', error instanceof Error ? error : new Error(String(error)));
      return undefined;
    }
  }

  #hostDifferences(changes: Changes): readonly Difference[] {
    const putAside = [...(changes.get(this.quarantine) ?? [])].flatMap((key) =>
      key.startsWith('hosts ') ? [splitName(key.slice('hosts '.length)).hostname] : [],
    );
    return [...new Set([...(changes.get(this.#hostTable) ?? []), ...putAside])].sort().flatMap((host): Difference[] => {
      const what = host === anyHost ? 'any host' : `host ${host}`;
      const known = this.#hosts.has(host);
      if (this.#hostTable.get(host) === undefined) {
        this.#hosts.delete(host);
        return known ? [{ verb: '-', what }] : [];
      }
      this.#hosts.add(host);
      return [{ verb: known ? '~' : '+', what }];
    });
  }
}
