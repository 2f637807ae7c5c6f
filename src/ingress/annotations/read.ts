import { problem, type Problem } from '../../model/problem.ts';
import { type Annotations, annotationSource, type Family, type FamilyReading } from './family.ts';
import type { Field } from './field.ts';
import { families, type Policies } from './index.ts';
import { nearest } from '../../model/nearest.ts';

/** All that the annotations of one object say. */
export type AnnotationsReading = FamilyReading<Policies>;

/** Every field of every family by each of its names, older ones included. */
export const known: ReadonlyMap<string, Field<unknown>> = new Map(
  Object.values<Family<unknown>>(families).flatMap(({ fields }) =>
    Object.entries(fields).flatMap(([name, field]) =>
      [name, ...(field.aliases ?? [])].map((one): [string, Field<unknown>] => [one, field]),
    ),
  ),
);

/**
 * Reads all annotations under the prefix: the policies of all families, and a Problem for each that does not act. A canary has only
 * those of its own family: whoever makes one copies the others from its primary, where they are told of.
 */
export function readAnnotations(annotations: Annotations): AnnotationsReading {
  if (families.canary.read(annotations).policy === undefined) return readAll(annotations);
  const { prefix, values } = annotations;
  const own = Object.entries(values).filter(([key]) => {
    const name = key.slice(prefix.length + 1);
    return Object.hasOwn(families.canary.fields, name) || !known.has(name);
  });
  return readAll({ ...annotations, values: Object.fromEntries(own) });
}

function readAll(annotations: Annotations): AnnotationsReading {
  const problems: Problem[] = [];
  let denied = false;
  const policies = Object.entries<Family<unknown>>(families).map(([name, family]): [string, unknown] => {
    const reading = family.read(annotations);
    problems.push(...reading.problems);
    denied ||= reading.denied;
    return [name, reading.policy];
  });
  problems.push(...withoutEffect(annotations));
  return { policy: Object.fromEntries(policies) as Policies, denied, problems };
}

/** Annotations of which nothing comes: known ones without support, in one Problem, and each unknown one. */
function withoutEffect(annotations: Annotations): readonly Problem[] {
  const { prefix, values, source } = annotations;
  const names = Object.keys(values)
    .filter((key) => key.startsWith(`${prefix}/`))
    .map((key) => key.slice(prefix.length + 1))
    .sort();
  const unknown = names.filter((name) => !known.has(name)).map((name) => unknownName(annotations, name));
  const idle = names.flatMap((name) => {
    const field = known.get(name);
    if (field === undefined || field.whenWrong === 'deny') return [];
    const { support, noEffectFor = [] } = field;
    if (support.level === 'reported') return [{ name, instead: support.instead }];
    const isIdle = noEffectFor.includes(values[`${prefix}/${name}`]?.trim().toLowerCase() ?? '');
    return isIdle && support.level === 'differs' ? [{ name, instead: support.how }] : [];
  });
  const alone = withoutNeeded(annotations, names);
  const [first, ...others] = idle;
  if (first === undefined) return [...unknown, ...alone];
  const noEffect = problem('NR215', others.length === 0 ? annotationSource(annotations, first.name) : source, {
    message: `Naru does not act on ${idle.map(({ name }) => name).join(', ')}.`,
    done: others.length === 0 ? 'The annotation has no effect.' : 'These annotations have no effect.',
    fix: [...new Set(idle.map(({ instead }) => instead))].join(' '),
  });
  return [...unknown, ...alone, noEffect];
}

/** Annotations that add to another one, which is not there: one Problem for each that is missing. What is wrong itself is told already. */
function withoutNeeded(annotations: Annotations, names: readonly string[]): readonly Problem[] {
  const { prefix, values } = annotations;
  const textOf = (name: string): string => values[`${prefix}/${name}`]?.trim() ?? '';
  const alone = names.flatMap((name) => {
    const { needs, grammar } = known.get(name) ?? {};
    if (needs === undefined || textOf(needs) !== '' || textOf(name) === '') return [];
    return grammar?.parse(textOf(name)).ok === true ? [{ name, needs }] : [];
  });
  return [...new Set(alone.map(({ needs }) => needs))].map((needed) => {
    const adding = alone.filter(({ needs }) => needs === needed).map(({ name }) => name);
    const only = adding.length === 1;
    return problem('NR215', annotationSource(annotations, adding[0] ?? needed), {
      message: `Without ${needed} nothing comes of ${adding.join(', ')}.`,
      done: only ? 'The annotation has no effect.' : 'These annotations have no effect.',
      fix: `Write ${needed} as well, or remove ${only ? 'it' : 'them'}.`,
    });
  });
}

function unknownName(annotations: Annotations, name: string): Problem {
  const guess = nearest(name, known.keys());
  return problem('NR216', annotationSource(annotations, name), {
    message: `There is no annotation ${annotations.prefix}/${name}.`,
    done: 'It has no effect.',
    fix: guess === undefined ? 'Correct or remove it; docs/annotations.md lists all.' : `Did you mean ${annotations.prefix}/${guess}?`,
  });
}
