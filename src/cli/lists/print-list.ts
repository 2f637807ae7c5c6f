import type { Writable } from 'node:stream';
import { type Column, printTable } from '../print/print-table.ts';

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
  if (output === 'json' || output === 'yaml') return printValue(rows, output, stream);
  if (output === 'name') {
    for (const row of rows) stream.write(`${list.name(row)}\n`);
    return undefined;
  }
  const columns = output === 'wide' ? [...list.columns, ...(list.wide ?? [])] : list.columns;
  printTable(columns, rows, list.empty, stream);
  return undefined;
}

/** For programs. */
export async function printValue(value: unknown, output: 'json' | 'yaml', stream: Writable): Promise<void> {
  if (output === 'json') {
    stream.write(`${JSON.stringify(value ?? null, null, 2)}\n`);
    return;
  }
  const { stringify } = await import('yaml');
  stream.write(stringify(value ?? null, { aliasDuplicateObjects: false }));
}
