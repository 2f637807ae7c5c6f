import { problem, type Problem } from '../../model/problem.ts';
import { type Annotations, annotationSource } from './family.ts';
import type { Field, Risk } from './field.ts';
import { shown } from './grammar.ts';

const risks: readonly Risk[] = ['Low', 'Medium', 'High', 'Critical'];
/** As ingress-nginx has it by default. */
const usualLevel: Risk = 'High';

/**
 * What the controller's ConfigMap does not allow among the annotations of an Ingress: one of too high a risk, or a value with a word that is
 * forbidden. ingress-nginx leaves such an Ingress out (CheckAnnotationRisk in its internal/ingress/annotations/parser/validators.go,
 * checkBadAnnotationValue and syncIngress in internal/ingress/controller/store/store.go).
 */
export function refuseAnnotations(annotations: Annotations, known: ReadonlyMap<string, Field<unknown>>, done: string): Problem | undefined {
  const { prefix, values, defaults = {} } = annotations;
  const level = (defaults['annotations-risk-level'] ?? usualLevel) as Risk;
  const words = (defaults['annotation-value-word-blocklist'] ?? []) as readonly string[];
  const own = Object.keys(values)
    .filter((key) => key.startsWith(`${prefix}/`))
    .sort();
  for (const key of own) {
    const name = key.slice(prefix.length + 1);
    const source = annotationSource(annotations, name);
    const word = words.find((one) => values[key]?.includes(one));
    if (word !== undefined) {
      const message = `${name} holds "${shown(word)}", which annotation-value-word-blocklist of the ConfigMap forbids.`;
      return problem('NR113', source, { message, done, fix: 'Write the value without it, or ask who runs Naru.' });
    }
    const risk = known.get(name)?.risk ?? 'Low';
    if (risks.indexOf(risk) > risks.indexOf(level)) {
      const message = `The annotation ${name} has the risk ${risk}, and annotations-risk-level of the ConfigMap is ${level}.`;
      return problem('NR223', source, { message, done, fix: `Remove it, or set annotations-risk-level to ${risk}.` });
    }
  }
  return undefined;
}
