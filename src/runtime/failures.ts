import { problem, type Problem } from '../model/problem.ts';
import { type Key, SourceTable, type Table } from '../store/table.ts';

/** Parts that could not be computed: defects of ours. */
export class Failures {
  readonly #table = new SourceTable<readonly Problem[]>('failures');
  readonly #changed = new Set<Key>();

  get table(): Table<readonly Problem[]> {
    return this.#table;
  }

  /** A part failed; without an error: it works again. */
  readonly note = (row: Key, error: Error | undefined): void => {
    if (error === undefined && this.#table.get(row) === undefined) return;
    const source = { kind: 'Naru', namespace: '', name: row };
    const text = {
      message: `This part could not be computed: ${error?.message ?? ''}`,
      done: 'Its last good configuration stays active.',
      fix: 'This is a defect of Naru: please report it with this message.',
    };
    this.#table.set(row, error === undefined ? undefined : [problem('NR901', source, text)]);
    this.#changed.add(row);
  };

  /** The rows that have changed since they were taken last. */
  takeChanged(): ReadonlySet<Key> {
    const changed = new Set(this.#changed);
    this.#changed.clear();
    return changed;
  }
}
