import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import type { Problem } from '../../model/problem.ts';
import { printProblem, severityColours } from '../print/print-problem.ts';
import type { Findings } from './findings.ts';
import { printCount } from '../print/count.ts';

/** For people: each problem with its frame, then what there is in all. */
export function writeText({ findings, counts, objects, files }: Findings, stream: WriteStream): void {
  // A folder is mostly full of what Naru has nothing to do with.
  const passedOver = findings.map(({ problem }) => problem).filter(isPassedOver);
  for (const { problem, location } of findings) {
    if (isPassedOver(problem)) continue;
    printProblem(problem, location, stream);
    stream.write('\n');
  }
  if (passedOver.length > 0) stream.write(`Passed over, since Naru does not read them: ${countKinds(passedOver)}.\n`);
  const infos = counts.info - passedOver.length;
  const parts = [
    ...(counts.error === 0 ? [] : [styleText(severityColours.error, printCount(counts.error, 'error'), { stream })]),
    ...(counts.warning === 0 ? [] : [styleText(severityColours.warning, printCount(counts.warning, 'warning'), { stream })]),
    ...(infos === 0 ? [] : [styleText(severityColours.info, printCount(infos, 'note'), { stream })]),
  ];
  const what = parts.length === 0 ? styleText('green', 'Nothing is wrong', { stream }) : parts.join(', ');
  stream.write(`${what} in ${printCount(objects, 'object')} of ${printCount(files, 'file')}. No cluster was asked.\n`);
}

function isPassedOver({ code, severity }: Problem): boolean {
  return code === 'NR103' && severity === 'info';
}

function countKinds(problems: readonly Problem[]): string {
  const kinds = new Map<string, number>();
  for (const { source } of problems) kinds.set(source.kind, (kinds.get(source.kind) ?? 0) + 1);
  return [...kinds]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([kind, times]) => `${kind} ${times}`)
    .join(', ');
}
