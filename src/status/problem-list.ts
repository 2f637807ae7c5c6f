import type { Problem } from '../model/problem.ts';
import { printSource } from '../model/source.ts';
import type { Changes, Key, Table } from '../store/table.ts';

export type ReportingTable = Table<{ readonly problems: readonly Problem[] }> | Table<readonly Problem[]>;

/** All problems of this moment, kept up to date by what each pass changed. */
export class ProblemList {
  readonly #tables: readonly ReportingTable[];
  readonly #rows = new Map<string, readonly Problem[]>();

  constructor(tables: readonly ReportingTable[]) {
    this.#tables = tables;
  }

  /** Follows a pass and returns the problems that are new with it. */
  refresh(changes: Changes): readonly Problem[] {
    const found: Problem[] = [];
    for (const table of this.#tables) {
      for (const key of changes.get(table) ?? []) found.push(...this.#set(`${table.name} ${key}`, problemsOf(table, key)));
    }
    return found;
  }

  #set(row: string, problems: readonly Problem[]): readonly Problem[] {
    const known = new Set((this.#rows.get(row) ?? []).map(identityOf));
    if (problems.length === 0) this.#rows.delete(row);
    else this.#rows.set(row, problems);
    return problems.filter((problem) => !known.has(identityOf(problem)));
  }

  /** Each problem once, in the order of the objects that they are about. */
  all(): readonly Problem[] {
    const problems = new Map([...this.#rows.values()].flat().map((problem) => [identityOf(problem), problem]));
    return [...problems].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, problem]) => problem);
  }
}

/** Two problems with the same identity are the same one: an unchanged problem is told once. */
function identityOf({ source, code, message }: Problem): string {
  return `${printSource(source)} ${code} ${message}`;
}

function problemsOf(table: ReportingTable, key: Key): readonly Problem[] {
  const row = table.get(key);
  if (row === undefined) return [];
  return 'problems' in row ? row.problems : row;
}
