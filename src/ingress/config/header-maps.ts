import { printFieldPath } from '../../kube/field-path.ts';
import type { ConfigMap } from '../../kube/objects.ts';
import { problem, type Problem } from '../../model/problem.ts';
import type { HeaderValue } from '../../model/route-policy.ts';
import type { Key } from '../../store/table.ts';
import { isOnOneLine, nameObjection } from '../nginx/header-text.ts';
import { parseTemplate } from '../nginx/variables.ts';
import { sourceOf } from '../source-of.ts';

export interface HeadersReading {
  readonly headers: readonly HeaderValue[];
  readonly problems: readonly Problem[];
}

/**
 * The entries of a ConfigMap that another one names by `key`, as headers. One that cannot be a header is left out and reported;
 * the others hold.
 */
export function readHeaders(
  named: { readonly by: ConfigMap; readonly key: string; readonly name: Key },
  map: ConfigMap | undefined,
): HeadersReading {
  const { by, key, name } = named;
  if (map === undefined) {
    const missing = problem('NR806', sourceOf(by, printFieldPath(['data', key])), {
      message: `There is no ConfigMap ${name}, which ${key} names.`,
      done: 'No header of it is set.',
      fix: 'Create it, or remove the key.',
    });
    return { headers: [], problems: [missing] };
  }
  const problems: Problem[] = [];
  const headers = Object.entries(map.data)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([header, text]): HeaderValue[] => {
      const refuse = (message: string, fix: string): HeaderValue[] => {
        problems.push(problem('NR807', sourceOf(map, printFieldPath(['data', header])), { message, done: 'The header is not set.', fix }));
        return [];
      };
      const objection = nameObjection(header);
      if (objection !== undefined) return refuse(objection.message, objection.fix);
      if (!isOnOneLine(text))
        return refuse(`The value of ${header} has a line break or another control character.`, 'Write it on one line.');
      const parsed = parseTemplate(text);
      if (!parsed.ok)
        return refuse(
          `The value of ${header}: ${parsed.message}.`,
          'Write the value out, or use a variable that docs/annotations.md lists.',
        );
      return [{ name: header.toLowerCase(), value: parsed.value }];
    });
  return { headers, problems };
}
