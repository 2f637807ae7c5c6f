import { type Quarantinable, splitName } from '../xds/quarantine/quarantine.ts';
import { scopeOf } from '../xds/scopes/scope.ts';
import { Bisection } from './bisection.ts';

/** The search for what one Envoy refuses among several changed things. Meanwhile only that Envoy's answers count. */
export interface Trial {
  readonly what: Quarantinable;
  /** The one scope that is searched; undefined: all of this kind. */
  readonly scope: string | undefined;
  readonly proxy: string;
  readonly fleet: string;
  readonly bisection: Bisection;
  message: string;
  /** The snapshot that tries what is to be tried; older answers say nothing of it. */
  candidate: number | undefined;
  /** The newest snapshot that its Envoy runs completely: no answer comes when it has what is tried already. */
  reached: number;
  /** When the last answer came, on the clock of `performance.now()`. */
  at: number;
}

/** What is searched at this moment: of each kind one thing, and of hosts one in each scope. */
export class Trials {
  readonly #all = new Set<Trial>();

  get size(): number {
    return this.#all.size;
  }

  values(): readonly Trial[] {
    return [...this.#all];
  }

  /** Those that answers about these scopes belong to; of other kinds than hosts there is one at most. */
  all(what: Quarantinable, scopes: readonly string[]): readonly Trial[] {
    return this.values().filter((trial) => trial.what === what && (trial.scope === undefined || scopes.includes(trial.scope)));
  }

  /** The one in which something of this name may be held back. */
  of(what: Quarantinable, name: string): Trial | undefined {
    return this.values().find((trial) => covers(trial, what, name));
  }

  begin(what: Quarantinable, scope: string | undefined, by: Pick<Trial, 'proxy' | 'fleet' | 'message'>): Trial {
    const trial = { what, scope, ...by, bisection: new Bisection(), candidate: undefined, reached: 0, at: 0 };
    this.#all.add(trial);
    return trial;
  }

  end(trial: Trial): void {
    this.#all.delete(trial);
  }
}

/** Whether something is held back in this trial, if it is. */
export function covers(trial: Trial, what: Quarantinable, name: string): boolean {
  return trial.what === what && (trial.scope === undefined || trial.scope === scopeOf(splitName(name).hostname));
}
