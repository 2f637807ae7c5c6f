import type { Writable } from 'node:stream';
import { changesAt } from '../live/changes.ts';
import type { Asked } from '../live/replica.ts';
import { printData } from '../print/print-data.ts';
import { type Column, printMore, printTable } from '../print/print-table.ts';

export const listOutputs = ['table', 'wide', 'name', 'json', 'yaml'] as const;
export type ListOutput = (typeof listOutputs)[number];

/** How rows of one sort are printed. */
export interface List<T> {
  readonly columns: readonly Column<T>[];
  /** What `-o wide` adds. */
  readonly wide?: readonly Column<T>[];
  /** For `-o name`: as in `cluster/shop/api/80`. */
  readonly name: (row: T) => string;
  /** Said in place of a table without rows, on standard error in a terminal's way. */
  readonly empty: string;
}

/** Prints rows in one of kubectl's ways. */
export async function printList<T>(rows: readonly T[], list: List<T>, output: ListOutput, stream: Writable): Promise<void> {
  if (output === 'json' || output === 'yaml') return printData(rows, output, stream);
  if (output === 'name') {
    for (const row of rows) stream.write(`${list.name(row)}\n`);
    return undefined;
  }
  printTable(columnsOf(list, output), rows, list.empty, stream);
  return undefined;
}

function columnsOf<T>({ columns, wide = [] }: List<T>, output: ListOutput): readonly Column<T>[] {
  return output === 'wide' ? [...columns, ...wide] : columns;
}

/** Whose changes are told, and how. */
export interface Watching extends Asked {
  readonly output: ListOutput;
}

/**
 * Prints rows as `kubectl get --watch` does: all, and then those that are new or changed, as often as that happens. `read` says all that
 * there are and how they are printed.
 */
export async function watchList<T>(
  read: () => Promise<{ readonly rows: readonly T[]; readonly list: List<T> }>,
  { server, output }: Watching,
  stream: Writable,
): Promise<void> {
  let known: ReadonlySet<string> = new Set();
  let widths: readonly number[] | undefined;
  for await (const _ of changesAt(server)) {
    const { rows, list } = await read();
    const changed = rows.filter((row) => !known.has(JSON.stringify(row)));
    known = new Set(rows.map((row) => JSON.stringify(row)));
    if (output === 'table' || output === 'wide') {
      const columns = columnsOf(list, output);
      if (widths === undefined) widths = printTable(columns, changed, list.empty, stream);
      else printMore(columns, changed, widths, stream);
    } else if (output === 'name') await printList(changed, list, output, stream);
    else
      for (const row of changed) {
        if (output === 'yaml') stream.write('---\n');
        await printData(row, output, stream);
      }
  }
}
