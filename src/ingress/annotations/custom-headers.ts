import type { Key } from '../../store/table.ts';
import { defineFamily } from './family.ts';
import { exact, optional } from './field.ts';
import { configMapName, keyOf } from './reference.ts';

/** The ConfigMap whose entries are headers, and which names of headers it may have. */
export interface CustomHeaders {
  readonly map: Key;
  /** In lower case. */
  readonly allowed: readonly string[];
}

export const customHeaders = defineFamily({
  title: 'Headers of answers',
  summary:
    'Headers that every answer of these paths has, from a ConfigMap. One that `global-allowed-response-headers` does not list closes the paths.',
  fields: {
    'custom-headers': optional(configMapName, {
      doc: 'The ConfigMap whose entries are set, in the place of what the backend says.',
      ...{ risk: 'Medium', scope: 'path', support: exact, example: 'shop/answer-headers', whenWrong: 'deny' },
    }),
  },
  apply(values, of, said): CustomHeaders | undefined {
    const name = values['custom-headers'];
    if (name === undefined) return undefined;
    const allowed = (said['global-allowed-response-headers'] ?? []) as readonly string[];
    return { map: keyOf(name, of), allowed };
  },
});
