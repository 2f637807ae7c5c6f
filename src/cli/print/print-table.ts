import type { Writable } from 'node:stream';

/** A heading, and what stands below it. */
export type Column<T> = readonly [heading: string, cell: (row: T) => string];

/** As kubectl prints: headings in upper case, no lines, columns as wide as what is in them. */
export function printTable<T>(columns: readonly Column<T>[], rows: readonly T[], empty: string, stream: Writable): void {
  if (rows.length === 0) {
    stream.write(`${empty}\n`);
    return;
  }
  const lines = [columns.map(([heading]) => heading), ...rows.map((row) => columns.map(([, cell]) => cell(row)))];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  for (const line of lines)
    stream.write(
      `${line
        .map((cell, index) => cell.padEnd(widths[index] ?? 0))
        .join('   ')
        .trimEnd()}\n`,
    );
}
