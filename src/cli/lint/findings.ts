import type { KubeEvent } from '../../kube/event.ts';
import type { FolderReading } from '../../kube/folder/read-folder.ts';
import type { Location } from '../../kube/folder/locate.ts';
import type { Severity } from '../../model/codes.ts';
import type { Problem } from '../../model/problem.ts';
import { placeOfProblem } from '../print/print-problem.ts';

/** A problem, and where it is in the files. */
export interface Finding {
  readonly problem: Problem;
  readonly file?: string;
  readonly location?: Location;
}

export interface Findings {
  /** In the order of files and lines. */
  readonly findings: readonly Finding[];
  readonly counts: Readonly<Record<Severity, number>>;
  /** Of kinds that Naru reads. */
  readonly objects: number;
  readonly files: number;
}

export function gatherFindings(problems: readonly Problem[], { events, locate, files }: FolderReading): Findings {
  const fileOf = new Map(events.flatMap((event) => (event.type === 'problems' ? event.problems.map((one) => [one, event.origin]) : [])));
  const findings = problems.map((problem): Finding => {
    const location = placeOfProblem(problem, locate);
    const file = location?.file ?? fileOf.get(problem);
    return { problem, ...(file === undefined ? {} : { file }), ...(location === undefined ? {} : { location }) };
  });
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { severity } of problems) counts[severity]++;
  return { findings: findings.toSorted(byPlace), counts, objects: events.filter(isObject).length, files: files.length };
}

function isObject({ type }: KubeEvent): boolean {
  return type === 'upsert';
}

function byPlace(a: Finding, b: Finding): number {
  if (a.file !== b.file) return a.file === undefined || (b.file !== undefined && a.file > b.file) ? 1 : -1;
  return (a.location?.line ?? 0) - (b.location?.line ?? 0) || (a.location?.column ?? 0) - (b.location?.column ?? 0);
}
