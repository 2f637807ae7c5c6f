import { problem, type Problem } from '../../model/problem.ts';
import { type RoutePolicy, watching } from '../../model/route-policy.ts';
import type { Route } from '../../model/route.ts';
import { anyHost } from '../../model/virtual-host.ts';
import { unavailableAnswer } from '../backends/backend-lookup.ts';
import { type IngressRow, ownerOf } from '../ingress-row.ts';
import { acmeChallenges } from '../paths/route-draft.ts';
import { joinConditions, joinSnippetPolicies, type SnippetCase } from '../snippets/case.ts';
import type { SnippetLocation } from '../snippets/location.ts';
import { sourceOf } from '../source-of.ts';

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
  const { responseHeaders: ownHeaders } = own;
  const { responseHeaders: headers } = joinSnippetPolicies(
    { ...(ownHeaders && { responseHeaders: ownHeaders }) },
    { ...(responseHeaders && { responseHeaders }) },
  );
  return { ...(headers && { responseHeaders: headers }), ...watching(own) };
}

export interface HostRoutes {
  readonly routes: readonly Route[];
  readonly fallback?: Route;
}

/** The default backend with the cases of its own Ingress: the last of them is for all, and the others come before it. */
export function withFallbackCases(host: HostRoutes, hostname: string, rows: readonly IngressRow[], problems: Problem[]): HostRoutes {
  const { fallback } = host;
  const owner = fallback?.sources[0]?.field === 'spec.defaultBackend' ? ownerOf(fallback, rows) : undefined;
  if (owner === undefined || owner.denied) return host;
  return spread(host, hostname, { cases: owner.snippets.configuration, what: 'case', owner }, problems);
}

/** All routes of a host with the server-snippet of its oldest Ingress that has one. `primaries`: the oldest first. */
export function withServerSnippet(host: HostRoutes, hostname: string, primaries: readonly IngressRow[], problems: Problem[]): HostRoutes {
  const [owner, ...others] = primaries.filter(({ snippets }) => snippets.server !== undefined);
  const { server } = owner?.snippets ?? {};
  if (owner === undefined || server === undefined) return host;
  problems.push(...others.map((row) => second(row, owner, hostname)));
  if (server === 'closed') {
    const closed = (route: Route): Route => ({ ...route, action: unavailableAnswer });
    return { routes: host.routes.map(closed), ...(host.fallback && { fallback: closed(host.fallback) }) };
  }
  const { cases, locations } = server;
  const routes = withLocations(host.routes, locations, owner).flatMap((route) => withCases(route, cases, 'host case'));
  const answers = cases.some(({ answer }) => answer !== undefined);
  const fallback = host.fallback ?? (answers && hostname !== anyHost ? notFound(owner) : undefined);
  return spread({ routes, ...(fallback && { fallback }) }, hostname, { cases, what: 'host case', owner }, problems);
}

/** Locations of a snippet among the paths of Ingresses: the longest beginning first, and what is no beginning before all of them. */
function withLocations(routes: readonly Route[], locations: readonly SnippetLocation[], owner: IngressRow): readonly Route[] {
  const { namespace, name } = owner.metadata;
  const made = locations.map(({ match, length, cases }, index) => {
    const route: Route = {
      name: `${namespace}/${name} location ${index + 1}`,
      match,
      action: unavailableAnswer,
      sources: [sourceOf({ kind: 'Ingress', ...owner })],
    };
    return { length, match, routes: withCases(route, cases, 'case') };
  });
  const challenges = routes.filter(({ match }) => match.path.startsWith(acmeChallenges));
  const first = made
    .filter(({ length }) => length === undefined)
    .toSorted((a, b) => Number(b.match.type === 'exact') - Number(a.match.type === 'exact'));
  const beginnings = made.filter(({ length }) => length !== undefined).toSorted((a, b) => (b.length ?? 0) - (a.length ?? 0));
  const placed = routes
    .filter((one) => !challenges.includes(one))
    .flatMap((route): readonly Route[] => {
      const longer = route.match.type === 'exact' ? 0 : beginnings.filter(({ length = 0 }) => length >= route.match.path.length).length;
      return [...beginnings.splice(0, longer).flatMap((one) => one.routes), route];
    });
  return [...challenges, ...first.flatMap((one) => one.routes), ...placed, ...beginnings.flatMap((one) => one.routes)];
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
