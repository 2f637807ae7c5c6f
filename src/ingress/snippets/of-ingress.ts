import type { Problem } from '../../model/problem.ts';
import type { Source } from '../../model/source.ts';
import type { Told } from '../access/auth-headers.ts';
import type { Policies } from '../annotations/index.ts';
import type { SnippetCase } from './case.ts';
import type { SnippetLocation } from './location.ts';
import { type Place, readAuthSnippet, readServerSnippet, readSnippet } from './read.ts';

/** What the snippets of an Ingress ask for, each by its cases; without any there is none. */
export interface Snippets {
  readonly configuration: readonly SnippetCase[];
  /** `closed`: its hosts answer 503. */
  readonly server: ServerSnippet | 'closed' | undefined;
}

export interface ServerSnippet {
  readonly cases: readonly SnippetCase[];
  readonly locations: readonly SnippetLocation[];
}

export interface SnippetsReading {
  readonly row: Snippets;
  /** With what a snippet adds to what the service is told. */
  readonly authUrl: Policies['authUrl'];
  /** The paths of the Ingress must not be open. */
  readonly denied: boolean;
  readonly problems: readonly Problem[];
}

/** `source`: of an annotation by its name. */
export function readSnippets(
  { pathSnippets, serverSnippet, authUrl }: Pick<Policies, 'pathSnippets' | 'serverSnippet' | 'authUrl'>,
  source: (annotation: string) => Source,
): SnippetsReading {
  const place = (annotation: string, what: string): Place => ({
    ...{ annotation, source: source(annotation), whenClosed: `The ${what} of this Ingress answer 503.` },
  });
  const configuration = readSnippet(pathSnippets.configuration, place('configuration-snippet', 'paths'));
  const asking = authUrl.route.authService === undefined ? undefined : pathSnippets.auth;
  const auth = readAuthSnippet(asking, place('auth-snippet', 'paths'));
  const server = readServerSnippet(serverSnippet === 'closed' ? undefined : serverSnippet, place('server-snippet', 'hosts'));
  const { cases, locations } = server;
  const isClosed = serverSnippet === 'closed' || server.closed;
  return {
    row: { configuration: configuration.cases, server: isClosed ? 'closed' : cases.length > 0 ? { cases, locations } : undefined },
    authUrl: tellService(authUrl, auth.headers),
    denied: configuration.closed || auth.closed,
    problems: [...configuration.problems, ...auth.problems, ...server.problems],
  };
}

/** What the snippet says takes the place of what the ConfigMap of auth-proxy-set-headers says. */
function tellService(policy: Policies['authUrl'], headers: readonly Told[]): Policies['authUrl'] {
  const { authService } = policy.route;
  if (authService === undefined || headers.length === 0) return policy;
  const names = new Set(headers.map(({ name }) => name));
  const others = (authService.headers ?? []).filter(({ name }) => !names.has(name));
  return { ...policy, route: { ...policy.route, authService: { ...authService, headers: [...others, ...headers] } } };
}
