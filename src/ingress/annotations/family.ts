import { problem, type Problem } from '../../model/problem.ts';
import type { Source } from '../../model/source.ts';
import { type Field, printFallback } from './field.ts';

type Fields = Readonly<Record<string, Field<unknown>>>;
type Values<F extends Fields> = { readonly [K in keyof F]: F[K] extends Field<infer T> ? T : never };

/** Annotations that together switch on one behaviour. One family, one file. */
export interface Family<P> {
  readonly title: string;
  readonly summary: string;
  readonly fields: Fields;
  readonly read: (annotations: Annotations) => FamilyReading<P>;
}

/** A family by its fields and by what their values ask for, in the Model's words. */
export function defineFamily<const F extends Fields, P>(family: {
  readonly title: string;
  readonly summary: string;
  readonly fields: F;
  /** `of`: the object that carries the annotations; `said`: what the ConfigMap says of them all. */
  readonly apply: (values: Values<F>, of: Source, said: Readonly<Record<string, unknown>>) => P;
  /** Finds what cannot be done together, though each value can be read; the protection is denied then. */
  readonly check?: (values: Values<F>, of: Source, said: Readonly<Record<string, unknown>>) => Misfit | undefined;
  /** What takes the place of the policy where the protection is denied, if more than the Ingress's own paths is to be closed. */
  readonly whenDenied?: () => P;
}): Family<P> {
  const { title, summary, fields, apply, check, whenDenied } = family;
  const names = new Set(Object.entries(fields).flatMap(([name, { aliases = [] }]) => [name, ...aliases]));
  const silent = new WeakMap<object, Reading>();
  // Most objects have annotations of few families, or none. What that means is the same for all of them.
  const ofSilence = (annotations: Annotations): Reading => {
    const { defaults = noDefaults } = annotations;
    const known = silent.get(defaults);
    const reading = known ?? readFields(fields, { ...annotations, values: {} });
    if (known === undefined) silent.set(defaults, reading);
    return reading;
  };
  return {
    ...{ title, summary, fields },
    read(annotations) {
      const { values, denied, problems } = saysAnyOf(names, annotations) ? readFields(fields, annotations) : ofSilence(annotations);
      const { source, defaults: said = {} } = annotations;
      // What cannot be read counts as absent here, and is told already.
      const misfit = denied ? undefined : check?.(values as Values<F>, source, said);
      const isDenied = denied || misfit !== undefined;
      const policy = isDenied && whenDenied !== undefined ? whenDenied() : apply(values as Values<F>, source, said);
      if (misfit === undefined) return { policy, denied, problems };
      const { name, message, fix } = misfit;
      const found = problem('NR214', annotationSource(annotations, name), { message, done: deniedBy(fields[name]), fix });
      return { policy, denied: true, problems: [...problems, found] };
    },
  };
}

/** What is wrong, with the annotation to which it is told. */
export interface Misfit {
  readonly name: string;
  readonly message: string;
  readonly fix: string;
}

/** The annotations of one object. */
export interface Annotations {
  /** Such as `nginx.ingress.kubernetes.io`. */
  readonly prefix: string;
  readonly values: Readonly<Record<string, string>>;
  /** The object that carries them. */
  readonly source: Source;
  /** What annotations mean that are absent, where the ConfigMap says so: by any of their names, of the type of their field. */
  readonly defaults?: Readonly<Record<string, unknown>>;
}

export interface FamilyReading<P> {
  readonly policy: P;
  /** Whether a protection could not be read: the paths of the Ingress must not be open then. */
  readonly denied: boolean;
  readonly problems: readonly Problem[];
}

type Reading = Omit<FamilyReading<unknown>, 'policy'> & { readonly values: object };

const noDefaults = {};

function saysAnyOf(names: ReadonlySet<string>, { prefix, values }: Annotations): boolean {
  for (const key in values) if (key.startsWith(prefix) && names.has(key.slice(prefix.length + 1))) return true;
  return false;
}

/** Reads the fields of a family. A value that cannot be read counts as absent and gives a Problem; an empty value is absent. */
function readFields(fields: Fields, annotations: Annotations): Reading {
  const problems: Problem[] = [];
  let denied = false;
  const { defaults = {} } = annotations;
  const values = Object.entries(fields).map(([name, own]): [string, unknown] => {
    const said = [name, ...(own.aliases ?? [])].find((one) => Object.hasOwn(defaults, one));
    const field = said === undefined ? own : { ...own, fallback: defaults[said] };
    const written = findValue(annotations, name, field);
    if (written === undefined) return [name, field.fallback];
    const parsed = field.grammar.parse(written.text);
    if (parsed.ok) return [name, parsed.value];
    denied ||= field.whenWrong === 'deny';
    problems.push(wrongValue(annotationSource(annotations, written.name), written.name, field, parsed.message));
    return [name, field.fallback];
  });
  return { values: Object.fromEntries(values), denied, problems };
}

/** What an object says under the name of a field, or under an older name of it. */
function findValue(
  { prefix, values }: Annotations,
  name: string,
  { aliases = [] }: Field<unknown>,
): { readonly name: string; readonly text: string } | undefined {
  for (const candidate of [name, ...aliases]) {
    const text = values[`${prefix}/${candidate}`]?.trim() ?? '';
    if (text !== '') return { name: candidate, text };
  }
  return undefined;
}

export function annotationSource({ prefix, source }: Annotations, name: string): Source {
  return { ...source, field: `metadata.annotations["${prefix}/${name}"]` };
}

function deniedBy(field: Field<unknown> | undefined): string {
  if (field?.whenDenied !== undefined) return field.whenDenied;
  return field?.scope === 'host' ? 'The hosts of this Ingress answer 403.' : 'The paths of this Ingress answer 503.';
}

function wrongValue(source: Source, name: string, field: Field<unknown>, message: string): Problem {
  const { grammar, doc, example, support, whenWrong } = field;
  const fallback = printFallback(field);
  const meaning = fallback === undefined ? '.' : `, which means "${fallback}".`;
  return problem('NR214', source, {
    message: `${name}: ${message}.`,
    done: whenWrong === 'deny' ? deniedBy(field) : `The annotation was left out${meaning}`,
    fix: support.level === 'reported' ? support.instead : `Write a value of type ${grammar.type}, such as "${example}": ${doc}`,
  });
}
