import type { Writable } from 'node:stream';

/** A heading, and what stands below it. */
export type Column<T> = readonly [heading: string, cell: (row: T) => string];

/** As kubectl prints: headings in upper case, no lines, columns as wide as what is in them. Returns these widths. */
export function printTable<T>(columns: readonly Column<T>[], rows: readonly T[], empty: string, stream: Writable): readonly number[] {
  if (rows.length === 0) stream.write(`${empty}\n`);
  const cells = rows.map((row) => columns.map(([, cell]) => cell(row)));
  const lines = [columns.map(([heading]) => heading), ...cells];
  const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
  if (rows.length > 0) writeLines(lines, widths, stream);
  return widths;
}

/** More rows below a table that was printed. */
export function printMore<T>(columns: readonly Column<T>[], rows: readonly T[], widths: readonly number[], stream: Writable): void {
  writeLines(
    rows.map((row) => columns.map(([, cell]) => cell(row))),
    widths,
    stream,
  );
}

function writeLines(lines: readonly (readonly string[])[], widths: readonly number[], stream: Writable): void {
  for (const line of lines) {
    const padded = line.map((cell, index) => cell.padEnd(widths[index] ?? 0));
    stream.write(`${padded.join('   ').trimEnd()}\n`);
  }
}
