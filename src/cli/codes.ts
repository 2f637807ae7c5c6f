import { codes, isProblemCode } from '../model/codes.ts';
import { codePage } from './print/code-page.ts';
import { type DataOutput, printData } from './print/print-data.ts';
import { UsageError } from './usage-error.ts';

/** Prints the catalogue of problem codes, or all about one of them. */
export async function printCodes(wanted: string | undefined, output: 'text' | DataOutput): Promise<void> {
  const code = wanted?.toUpperCase();
  if (code !== undefined && !isProblemCode(code)) throw new UsageError(`There is no code ${wanted}; naru codes lists all.`);
  const rows = Object.entries(codes).toSorted(([a], [b]) => (a < b ? -1 : 1));
  const shown = code === undefined ? rows : rows.filter(([one]) => one === code);
  if (output !== 'text') {
    const objects = shown.map(([one, row]) => ({ code: one, ...row }));
    await printData(code === undefined ? objects : objects[0], output, process.stdout);
  } else if (code === undefined) {
    for (const [one, { severity, title }] of rows) process.stdout.write(`${one}  ${severity.padEnd(7)}  ${title}\n`);
  } else process.stdout.write(`${codePage(code)}\n`);
}
