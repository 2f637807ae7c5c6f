import { codes, type CodeRow, type ProblemCode } from '../../model/codes.ts';

/** Everything about a code, as text of Markdown: for the terminal and for docs/codes.md. */
export function codePage(code: ProblemCode): string {
  const { severity, title, meaning, cause, fix, example, reads }: CodeRow = codes[code];
  const parts = [
    `${code} ${severity}: ${title}.`,
    meaning,
    `Why: ${cause}`,
    `What to do: ${fix}`,
    ...(example === undefined ? [] : [`Example:\n\n${indented(example)}`]),
    ...(reads === undefined ? [] : [`It reads:\n\n${indented(reads)}`]),
  ];
  return parts.join('\n\n');
}

function indented(text: string): string {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => (line === '' ? '' : `    ${line}`))
    .join('\n');
}
