import { defineFamily } from './family.ts';
import { optional, type Field, reported, type Risk, type Scope } from './field.ts';
import { matching } from './grammar.ts';

const text = matching('text', /[^]*/, { max: 65_536 });

const notYet = reported('Naru does not act on it yet.');

/** Annotations that are known by name and wait for their family. */
function waiting(risk: Risk, scope: Scope, names: readonly string[]): Record<string, Field<unknown>> {
  const about = {
    doc: 'Known by name only.',
    ...{ risk, scope, support: notYet, example: 'value' },
  };
  return Object.fromEntries(names.map((name) => [name, optional(text, about)]));
}

export const waitingFamily = defineFamily({
  title: 'Not yet read',
  summary: 'Known by name: an object that carries one of these is told so.',
  fields: {
    ...waiting('Low', 'path', ['enable-opentelemetry', 'opentelemetry-trust-incoming-span']),
    ...waiting('Medium', 'path', ['opentelemetry-operation-name']),
  },
  apply: () => undefined,
});
