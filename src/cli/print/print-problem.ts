import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import { objectKey } from '../../kube/event.ts';
import type { Locate, Location } from '../../kube/folder/locate.ts';
import { codes, type CodeRow } from '../../model/codes.ts';
import type { Problem } from '../../model/problem.ts';
import { printSource } from '../../model/source.ts';

export const severityColours = { error: 'red', warning: 'yellow', info: 'cyan' } as const;

/** Where a problem is in the files that were read. */
export function placeOfProblem({ code, source }: Problem, locate: Locate): Location | undefined {
  const { ofName }: CodeRow = codes[code];
  return locate(source.kind, objectKey(source.namespace, source.name), source.field, ofName && 'name');
}

/**
 * A problem for people: what is wrong, where with a frame of the source when it is known, what was done, what to do.
 *
 *     NR214 error  Ingress shop/web-canary  canary-weight: "5O" is not a whole number.
 *       shop.yaml:37:48
 *       37 |     nginx.ingress.kubernetes.io/canary-weight: "5O"
 *          |                                                ^^^^
 *       The annotation was left out, which means "0". Write a value of …
 */
export function printProblem(problem: Problem, location: Location | undefined, stream: WriteStream): void {
  const { code, severity, source, message, done, fix } = problem;
  const { field, ...object } = source;
  const style = (format: Parameters<typeof styleText>[0], text: string): string => styleText(format, text, { stream });
  const lines = [`${style(['bold', severityColours[severity]], `${code} ${severity}`)}  ${printSource(object)}  ${style('bold', message)}`];
  if (location !== undefined) {
    const { before, marked, carets } = frame(location);
    const margin = ' '.repeat(String(location.line).length);
    lines.push(
      style('cyan', `${location.file}:${location.line}:${location.column}`),
      `${style('dim', `${location.line} |`)} ${before}${marked}`,
      `${style('dim', `${margin} |`)} ${style(severityColours[severity], carets)}`,
    );
  } else if (field !== undefined) lines.push(field);
  lines.push(`${done}${fix === undefined ? '' : ` ${fix}`}`);
  stream.write(`${lines.join('\n  ')}\n`);
}

const widest = 120;

/** The line, or what is around the place in a long one, and carets below the place. */
function frame({ text, column, width }: Location): { readonly before: string; readonly marked: string; readonly carets: string } {
  // Whatever a file holds, it does not steer the terminal.
  // eslint-disable-next-line no-control-regex
  const line = text.replaceAll(/[\u0000-\u001F\u007F-\u009F]/g, ' ');
  const from = line.length <= widest ? 0 : Math.max(0, Math.min(column - 1 - widest / 2, line.length - widest));
  const shown = line.slice(from, from + widest);
  const at = Math.max(column - 1 - from, 0) + (from > 0 ? 1 : 0);
  const carets = Math.max(1, Math.min(width, widest - at));
  return {
    before: from > 0 ? '…' : '',
    marked: from + widest < line.length ? `${shown}…` : shown,
    carets: `${' '.repeat(at)}${'^'.repeat(carets)}`,
  };
}
