import type { Ingress } from '../kube/objects.ts';
import { problem, type Problem } from '../model/problem.ts';
import { annotationSource } from './annotations/family.ts';
import { shown } from './annotations/grammar.ts';
import { sourceOf } from './source-of.ts';

/**
 * What is told of an Ingress with an annotation that holds one of these words: it is left out as a whole, as in ingress-nginx
 * (checkBadAnnotationValue in its internal/ingress/controller/store/store.go). Undefined: there is none.
 */
export function forbiddenWord(ingress: Ingress, words: readonly string[], prefix: string): Problem | undefined {
  const values = ingress.metadata.annotations;
  const named = words.length === 0 ? [] : Object.keys(values).filter((key) => key.startsWith(`${prefix}/`));
  for (const key of named.sort()) {
    const word = words.find((one) => values[key]?.includes(one));
    if (word === undefined) continue;
    const name = key.slice(prefix.length + 1);
    return problem('NR113', annotationSource({ prefix, values, source: sourceOf(ingress) }, name), {
      message: `${name} holds "${shown(word)}", which annotation-value-word-blocklist of the ConfigMap forbids.`,
      done: 'The Ingress is not served.',
      fix: 'Write the value without it, or ask who runs Naru.',
    });
  }
  return undefined;
}
