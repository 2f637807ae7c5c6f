import type { Messages } from '../../proto/gen/messages.ts';
import { type ExplainedRequest, isGrpc, pathOnly } from '../request.ts';
import { cookieObjection, headerObjection, queryObjection } from './conditions.ts';
import { lowerAscii, matchesExpression } from './text.ts';

type RouteMatch = Messages['envoy.config.route.v3.RouteMatch'];

/**
 * The first reason why a request is not for a route; undefined if it is.
 * In Envoy's order: conditions first, the path last; here the path first, because that is what people look for.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/api-v3/config/route/v3/route_components.proto#config-route-v3-routematch
 */
export function routeObjection(match: RouteMatch, request: ExplainedRequest): string | undefined {
  if (!matchesPath(match, pathOnly(request))) return pathObjection(match);
  for (const matcher of match.headers ?? []) {
    const objection = headerObjection(matcher, request);
    if (objection !== undefined) return objection;
  }
  for (const matcher of match.query_parameters ?? []) {
    const objection = queryObjection(matcher, request);
    if (objection !== undefined) return objection;
  }
  for (const matcher of match.cookies ?? []) {
    const objection = cookieObjection(matcher, request);
    if (objection !== undefined) return objection;
  }
  // A request as it is described here comes without one.
  if (match.tls_context?.presented === true || match.tls_context?.validated === true) return 'the client shows no certificate';
  return match.grpc !== undefined && !isGrpc(request) ? 'it is no gRPC request' : undefined;
}

/** How a route's path is written in a table: `Exact`, `Prefix` or `Regex`, and the path. */
export function printPathMatch({ path, prefix, path_separated_prefix: segments, safe_regex: expression }: RouteMatch): {
  readonly type: string;
  readonly path: string;
} {
  if (path !== undefined) return { type: 'Exact', path };
  if (segments !== undefined) return { type: 'Prefix', path: segments };
  if (expression !== undefined) return { type: 'Regex', path: expression.regex ?? '' };
  return { type: 'Prefix', path: prefix ?? '' };
}

function matchesPath(match: RouteMatch, path: string): boolean {
  const { path: exact, prefix, path_separated_prefix: segments, safe_regex: expression, case_sensitive: caseSensitive = true } = match;
  const fold = (text: string): string => (caseSensitive ? text : lowerAscii(text));
  const folded = fold(path);
  if (expression !== undefined) return matchesExpression(expression.regex ?? '', path);
  if (exact !== undefined) return folded === fold(exact);
  if (prefix !== undefined) return folded.startsWith(fold(prefix));
  if (segments === undefined) return false;
  const rest = folded.slice(segments.length);
  return folded.startsWith(fold(segments)) && (rest === '' || rest.startsWith('/'));
}

function pathObjection({ path, safe_regex: expression }: RouteMatch): string {
  if (expression !== undefined) return 'the path does not match the expression';
  return path === undefined ? 'the path does not begin so' : 'the path is another one';
}
