import { readFileSync } from 'node:fs';

export interface Block {
  /** What stands behind the three backticks. */
  readonly info: string;
  readonly text: string;
  /** Of its first line. */
  readonly line: number;
}

/** The fenced blocks of a page. */
export function readBlocks(file: string): readonly Block[] {
  const text = readFileSync(file, 'utf8');
  return [...text.matchAll(/^```(?<info>[^\n]*)\n(?<text>[\s\S]*?)^```$/gm)].map(({ index, groups }) => ({
    info: groups?.['info'] ?? '',
    text: groups?.['text'] ?? '',
    line: text.slice(0, index).split('\n').length + 1,
  }));
}

/** What somebody would type, one after the other, without what is said of it. */
export function commandsOf({ text }: Block): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/(^|\s+)# .*/, '').trim())
    .filter((line) => line !== '');
}

/**
 * The first line of what a page promises that the output has not, each after the one before; `…` stands for anything, and spaces count as one.
 * With `like` numbers, and their units of time, may be others.
 */
export function firstMissing(promised: string, output: string, { like = false } = {}): string | undefined {
  let rest = squeeze(output);
  for (const line of promised
    .split('\n')
    .map(squeeze)
    .filter((one) => one !== '')) {
    const exact = line.split('…').map(escapeRegExp).join('[^\\n]*');
    const pattern = like
      ? exact.replaceAll(/\d+(?:\\\.\d+)?( m?s\b)?/g, (_, unit) => `\\d+(?:\\.\\d+)?${unit === undefined ? '' : ' m?s'}`)
      : exact;
    const found = new RegExp(pattern).exec(rest);
    if (found === null) return line;
    rest = rest.slice(found.index + found[0].length);
  }
  return undefined;
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function squeeze(text: string): string {
  return text.replaceAll(/[^\S\n]+/g, ' ').replaceAll(/^ | $/gm, '');
}
