import type { Problem } from '../../model/problem.ts';
import type { PathMatch, Route, RouteAction } from '../../model/route.ts';
import { violations } from '../../proto/validate.ts';
import { constraintObjection, type Objection, objected, quoted } from './objection.ts';
import { regexObjection } from './regex.ts';
import { renderRoute } from '../routes/virtual-host.ts';

const unavailable: RouteAction = { type: 'answer', status: 503, body: 'Service Unavailable\n' };

/** Weights are added up in 32 bits. */
const mostWeight = 2 ** 32 - 1;

/** `max_direct_response_body_size_bytes`, which is not set: https://www.envoyproxy.io/docs/envoy/v1.40.0/api-v3/config/route/v3/route.proto */
const mostBody = 4096;

export interface CheckedRoute {
  /** The route itself if all is well. */
  readonly route: Route;
  readonly problem?: Problem;
}

/** A route that would be refused answers 503 in its place, so that its requests do not fall through to a wider one. */
export function checkRoute(route: Route, hostname: string): CheckedRoute {
  const objection = routeObjection(route);
  if (objection === undefined) return { route };
  const done = 'Requests for it are answered with 503.';
  const problem = objected(objection, route.sources[0], `host ${quoted(hostname)}`, done);
  // Without its policy, which may be what would be refused.
  const { match, sources, conditions } = route;
  const answering: Route = { name: route.name.toWellFormed(), match, ...(conditions && { conditions }), action: unavailable, sources };
  if (routeObjection(answering) === undefined) return { problem, route: answering };
  // It is the match that would be refused. Of exact paths Envoy takes any.
  return { problem, route: { ...answering, match: { type: 'exact', path: route.match.path.toWellFormed() } } };
}

function routeObjection(route: Route): Objection | undefined {
  return pathObjection(route.match) ?? actionObjection(route) ?? messageObjection(route);
}

/** `path_separated_prefix` has a pattern of its own; an exact path may be anything, even what no request can have. */
function pathObjection({ type, path }: PathMatch): Objection | undefined {
  const refuse = (why: string, fix: string): Objection => ({
    code: 'NR712',
    message: `Envoy would refuse the path ${quoted(path)}: ${why}.`,
    fix,
  });
  if (!path.isWellFormed()) return refuse('it cannot be written in UTF-8', 'Write the path without halves of surrogate pairs.');
  if (type !== 'prefix' || path === '/') return undefined;
  const [mark] = /[?#]/.exec(path) ?? [];
  if (mark !== undefined)
    return refuse(`it holds "${mark}", which ends the path of a URL`, `Write a path without "${mark}"; it is no regular expression.`);
  if (path.endsWith('/')) return refuse('a prefix that ends with "/" is never a whole segment', 'Write it without the "/" at the end.');
  return path.length < 2 ? refuse('it is too short for a path', 'Write a path that begins with "/".') : undefined;
}

function actionObjection({ action, match }: Route): Objection | undefined {
  const refuse = (why: string, fix: string): Objection => ({
    code: 'NR713',
    message: `Envoy would refuse the route of path ${quoted(match.path)}: ${why}.`,
    fix,
  });
  if (action.type === 'answer') {
    const size = Buffer.byteLength(action.body);
    return size > mostBody ? refuse(`its answer has ${size} bytes, and ${mostBody} is the limit`, 'Shorten the answer.') : undefined;
  }
  if (action.type === 'redirect') return undefined;
  if (action.upstreams.length === 0) return refuse('it has no backend', 'Name a backend.');
  if (action.upstreams.length === 1) return undefined;
  const total = action.upstreams.reduce((sum, { weight }) => sum + weight, 0);
  if (total > 0 && total <= mostWeight) return undefined;
  return refuse(`its weights add up to ${total}`, `Choose weights that add up to at least 1 and at most ${mostWeight}.`);
}

function messageObjection(route: Route): Objection | undefined {
  const what = `the route of path ${quoted(route.match.path)}`;
  for (const message of renderRoute(route)) {
    const regex = message.match?.safe_regex?.regex;
    const fault = regex === undefined ? undefined : regexObjection(regex);
    if (fault !== undefined) {
      return {
        code: 'NR713',
        message: `Envoy would refuse ${what}: its regular expression ${fault}.`,
        fix: 'Write it in the syntax of RE2.',
      };
    }
    const objection = constraintObjection('NR713', what, violations('envoy.config.route.v3.Route', message));
    if (objection !== undefined) return objection;
  }
  return undefined;
}
