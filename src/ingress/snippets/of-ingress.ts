import type { Problem } from '../../model/problem.ts';
import type { Source } from '../../model/source.ts';
import type { Policies } from '../annotations/index.ts';
import type { SnippetCase } from './case.ts';
import { readSnippet } from './read.ts';

/** What the snippets of an Ingress ask for, each by its cases; without any there is none. */
export interface Snippets {
  readonly configuration: readonly SnippetCase[];
  /** `closed`: its hosts answer 503. */
  readonly server: readonly SnippetCase[] | 'closed';
}

export interface SnippetsReading {
  readonly row: Snippets;
  /** The paths of the Ingress must not be open. */
  readonly denied: boolean;
  readonly problems: readonly Problem[];
}

/** `source`: of an annotation by its name. */
export function readSnippets(
  { configurationSnippet, serverSnippet }: Pick<Policies, 'configurationSnippet' | 'serverSnippet'>,
  source: (annotation: string) => Source,
): SnippetsReading {
  const read = (asked: typeof configurationSnippet, name: string, what: string) =>
    readSnippet(asked, name, source(name), `The ${what} of this Ingress answer 503.`);
  const configuration = read(configurationSnippet, 'configuration-snippet', 'paths');
  if (serverSnippet === 'closed') {
    return {
      row: { configuration: configuration.cases, server: 'closed' },
      denied: configuration.closed,
      problems: configuration.problems,
    };
  }
  const server = read(serverSnippet, 'server-snippet', 'hosts');
  return {
    row: { configuration: configuration.cases, server: server.closed ? 'closed' : server.cases },
    denied: configuration.closed,
    problems: [...configuration.problems, ...server.problems],
  };
}
