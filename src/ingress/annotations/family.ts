import { problem, type Problem } from '../../model/problem.ts';
import type { Source } from '../../model/source.ts';
import type { Field } from './field.ts';

type Fields = Readonly<Record<string, Field<unknown>>>;
type Values<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

/** Annotations that together switch on one behaviour. One family, one file. */
export interface Family<F extends Fields, P> {
  readonly title: string;
  readonly summary: string;
  readonly fields: F;
  /** What the values ask for, in the Model's words. */
  readonly apply: (values: Values<F>) => P;
}

export function defineFamily<const F extends Fields, P>(family: Family<F, P>): Family<F, P> {
  return family;
}

export interface Annotations {
  /** Such as `nginx.ingress.kubernetes.io`. */
  readonly prefix: string;
  readonly values: Readonly<Record<string, string>>;
  /** The object that carries them. */
  readonly source: Source;
}

/** Reads one family. A value that cannot be read counts as absent and gives a Problem; an empty value is absent. */
export function readFamily<F extends Fields, P>(
  family: Family<F, P>,
  { prefix, values, source }: Annotations,
): { readonly policy: P; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const read = Object.entries(family.fields).map(([name, field]): [string, unknown] => {
    const key = `${prefix}/${name}`;
    const text = values[key]?.trim() ?? '';
    if (text === '') return [name, field.fallback];
    const parsed = field.parse(text);
    if (parsed.ok) return [name, parsed.value];
    problems.push(
      problem(
        'NR214',
        { ...source, field: `metadata.annotations["${key}"]` },
        {
          message: `${name}: ${parsed.message}`,
          done: `The annotation was left out, which means "${String(field.fallback)}".`,
          fix: `Write a value of type ${field.type}: ${field.doc}`,
        },
      ),
    );
    return [name, field.fallback];
  });
  return { policy: family.apply(Object.fromEntries(read) as Values<F>), problems };
}
