import type { Service } from '../kube/objects.ts';
import { type Problem, problem } from '../model/problem.ts';

const annotation = 'naru.io/echo-pods';
const most = 20;

export interface EchoPodCount {
  readonly pods: number;
  readonly problems: readonly Problem[];
}

/** How many echo pods a Service asks for: one unless its annotation says otherwise. */
export function readEchoPodCount({ metadata }: Service): EchoPodCount {
  const text = metadata.annotations[annotation];
  if (text === undefined) return { pods: 1, problems: [] };
  const pods = Number(text);
  if (/^\d+$/.test(text) && pods >= 1 && pods <= most) return { pods, problems: [] };
  const { namespace, name } = metadata;
  const source = { kind: 'Service', namespace, name, field: `metadata.annotations["${annotation}"]` };
  const found = problem('NR214', source, {
    message: `${annotation} is ${JSON.stringify(text)}, which is not a whole number from 1 to ${most}.`,
    done: 'The Service has one echo pod.',
    fix: `Write a number from 1 to ${most}, such as "2".`,
  });
  return { pods: 1, problems: [found] };
}
