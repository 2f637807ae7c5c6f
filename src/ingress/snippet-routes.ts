import { problem, type Problem } from '../model/problem.ts';
import type { RoutePolicy } from '../model/route-policy.ts';
import type { Route } from '../model/route.ts';
import { anyHost } from '../model/virtual-host.ts';
import { unavailableAnswer } from './backend-lookup.ts';
import type { IngressRow } from './ingress-row.ts';
import { joinConditions, joinSnippetPolicies, type SnippetCase } from './snippets/case.ts';
import { sourceOf } from './source-of.ts';

/** A route for each case of a snippet, in their order. `what` tells the cases of one snippet from those of another. */
export function withCases(route: Route, cases: readonly SnippetCase[], what: string): readonly Route[] {
  if (cases.length === 0) return [route];
  return cases.map(({ conditions, policy, answer }, index): Route => {
    const { name, match, action, policy: own = {}, sources } = route;
    const asked = joinConditions(route.conditions ?? {}, conditions);
    const joined = answer === undefined && action.type === 'forward' ? joinSnippetPolicies(own, policy) : answering(own, policy);
    return {
      name: index === cases.length - 1 ? name : `${name} ${what} ${index + 1}`,
      match,
      ...(Object.keys(asked).length > 0 && { conditions: asked }),
      action: answer ?? action,
      ...(Object.keys(joined).length > 0 && { policy: joined }),
      sources,
    };
  });
}

/** Of what is answered at once nothing is asked; as in nginx, `return` comes before whatever keeps clients out. */
function answering(own: RoutePolicy, { responseHeaders }: RoutePolicy): RoutePolicy {
  const { responseHeaders: ownHeaders, unlogged } = own;
  const { responseHeaders: headers } = joinSnippetPolicies(
    { ...(ownHeaders && { responseHeaders: ownHeaders }) },
    { ...(responseHeaders && { responseHeaders }) },
  );
  return { ...(headers && { responseHeaders: headers }), ...(unlogged && { unlogged }) };
}

export interface HostRoutes {
  readonly routes: readonly Route[];
  readonly fallback?: Route;
}

/** The default backend with the cases of its own Ingress: the last of them is for all, and the others come before it. */
export function withFallbackCases(host: HostRoutes, hostname: string, rows: readonly IngressRow[], problems: Problem[]): HostRoutes {
  const [source] = host.fallback?.sources ?? [];
  const owner = rows.find(({ metadata }) => metadata.namespace === source?.namespace && metadata.name === source.name);
  if (owner === undefined || owner.denied || source?.field !== 'spec.defaultBackend') return host;
  return spread(host, hostname, { cases: owner.snippets.configuration, what: 'case', owner }, problems);
}

/** All routes of a host with the server-snippet of its oldest Ingress that has one. `primaries`: the oldest first. */
export function withServerSnippet(host: HostRoutes, hostname: string, primaries: readonly IngressRow[], problems: Problem[]): HostRoutes {
  const [owner, ...others] = primaries.filter(({ snippets }) => snippets.server === 'closed' || snippets.server.length > 0);
  if (owner === undefined) return host;
  problems.push(...others.map((row) => second(row, owner, hostname)));
  const { server } = owner.snippets;
  if (server === 'closed') {
    const closed = (route: Route): Route => ({ ...route, action: unavailableAnswer });
    return { routes: host.routes.map(closed), ...(host.fallback && { fallback: closed(host.fallback) }) };
  }
  const routes = host.routes.flatMap((route) => withCases(route, server, 'host case'));
  const answers = server.some(({ answer }) => answer !== undefined);
  const fallback = host.fallback ?? (answers && hostname !== anyHost ? notFound(owner) : undefined);
  return spread({ routes, ...(fallback && { fallback }) }, hostname, { cases: server, what: 'host case', owner }, problems);
}

interface Spreading {
  readonly cases: readonly SnippetCase[];
  readonly what: string;
  readonly owner: IngressRow;
}

function spread({ routes, fallback }: HostRoutes, hostname: string, { cases, what, owner }: Spreading, problems: Problem[]): HostRoutes {
  if (fallback === undefined) return { routes };
  const all = withCases(fallback, cases, what);
  const last = all.at(-1) ?? fallback;
  if (hostname !== anyHost || all.length === 1) return { routes: [...routes, ...all.slice(0, -1)], fallback: last };
  // Other hosts have this fallback as well, and none of the routes before it.
  problems.push(
    problem('NR220', sourceOf({ kind: 'Ingress', ...owner }), {
      message: 'A snippet has conditions, and there is a default backend for all hosts, to which they would not apply.',
      done: 'The default backend answers 503.',
      fix: 'Name hosts, or write the snippet without "if".',
    }),
  );
  return { routes, fallback: { ...last, action: unavailableAnswer } };
}

/** What matches no path is answered by the snippet, too. */
function notFound(owner: IngressRow): Route {
  const action = { type: 'answer', status: 404, body: '' } as const;
  return { name: 'not found', match: { type: 'prefix', path: '/' }, action, sources: [sourceOf({ kind: 'Ingress', ...owner })] };
}

function second(row: IngressRow, owner: IngressRow, hostname: string): Problem {
  const { namespace, name } = owner.metadata;
  return problem('NR224', sourceOf({ kind: 'Ingress', ...row }), {
    message: `The host ${hostname} has the server-snippet of Ingress ${namespace}/${name}, which is older.`,
    done: 'This one has no effect there.',
    fix: 'Put them into one.',
  });
}
