import { writeFileSync } from 'node:fs';
import { availableParallelism, release } from 'node:os';

/** A line of a table; every row of a table has the same columns. */
export type Row = Readonly<Record<string, string | number | undefined>>;

/** Prints rows under the names of their columns: words to the left, numbers to the right. */
export function printTable(title: string, rows: readonly Row[]): void {
  const columns = Object.keys(rows[0] ?? {}).map((name) => {
    const cells = rows.map((row) => print(row[name]));
    const width = Math.max(name.length, ...cells.map(({ length }) => length));
    const pad = rows.some((row) => typeof row[name] === 'number') ? 'padStart' : 'padEnd';
    return [name, ...cells].map((cell) => cell[pad](width));
  });
  console.log(`\n${title}\n`);
  for (let line = 0; line <= rows.length; line++) console.log(`  ${columns.map((cells) => cells[line]).join('  ')}`.trimEnd());
}

/** Three digits are all that a benchmark on a shared machine can mean. */
function print(value: string | number | undefined): string {
  if (value === undefined) return '-';
  if (typeof value === 'string') return value;
  if (Number.isInteger(value)) return String(value);
  const digits = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return digits > 3 ? value.toPrecision(2) : value.toFixed(digits);
}

export function writeJson(file: string | undefined, results: object): void {
  if (file === undefined) return;
  const machine = { node: process.version, os: `${process.platform} ${release()}`, cores: availableParallelism() };
  writeFileSync(file, `${JSON.stringify({ ...machine, ...results }, undefined, 2)}\n`);
}
