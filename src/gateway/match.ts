import type { GrpcMatch, GrpcRule, HttpMatch, HttpRule, ValueMatch } from '../kube/gateway-objects.ts';
import type { Conditions, PathMatch, ValueCondition } from '../model/route.ts';

export interface Match {
  readonly match: PathMatch;
  readonly conditions: Conditions;
}

/** A rule of GRPCRoute without matches takes every call. */
export function matchesOf(rule: HttpRule | GrpcRule): readonly Match[] {
  return rule.matches.map((match) => ('path' in match ? httpMatch(match) : grpcMatch(match)));
}

function httpMatch({ path, headers, queryParams, method }: HttpMatch): Match {
  return { match: pathMatch(path), conditions: conditions({ headers, queryParams, ...(method === undefined ? {} : { method }) }) };
}

function pathMatch({ type, value }: HttpMatch['path']): PathMatch {
  if (type === 'Exact') return { type: 'exact', path: value };
  if (type === 'RegularExpression') return { type: 'regex', path: value };
  const trimmed = value.replace(/\/+$/, '');
  return { type: 'prefix', path: trimmed === '' ? '/' : trimmed };
}

/** A call of gRPC is a POST to `/SERVICE/METHOD`. https://grpc.github.io/grpc/core/md_doc__p_r_o_t_o_c_o_l-_h_t_t_p2.html */
function grpcMatch({ method, headers }: GrpcMatch): Match {
  return { match: methodPath(method), conditions: conditions({ headers, queryParams: [] }) };
}

function methodPath(method: GrpcMatch['method']): PathMatch {
  if (method === undefined) return { type: 'prefix', path: '/' };
  const { type, service, method: name } = method;
  if (type === 'RegularExpression') return { type: 'regex', path: `/(?:${service ?? '[^/]+'})/(?:${name ?? '[^/]+'})` };
  if (service === undefined) return { type: 'regex', path: `/[^/]+/${(name ?? '').replace(/[^\w]/g, '\\$&')}` };
  return name === undefined ? { type: 'prefix', path: `/${service}` } : { type: 'exact', path: `/${service}/${name}` };
}

function conditions({ headers, queryParams, method }: Pick<HttpMatch, 'headers' | 'queryParams' | 'method'>): Conditions {
  const ofHeaders = distinct(headers, (name) => name.toLowerCase());
  const ofQuery = distinct(queryParams, (name) => name);
  return {
    ...(method === undefined ? {} : { method }),
    ...(ofHeaders.length === 0 ? {} : { headers: ofHeaders }),
    ...(ofQuery.length === 0 ? {} : { query: ofQuery }),
  };
}

/** Of several with one name the first counts. */
function distinct(matches: readonly ValueMatch[], nameOf: (name: string) => string): readonly ValueCondition[] {
  const found = new Map<string, ValueCondition>();
  for (const { type, name, value } of matches) {
    const key = nameOf(name);
    if (!found.has(key)) found.set(key, { name: key, value: { type: type === 'RegularExpression' ? 'regex' : 'exact', text: value } });
  }
  return [...found.values()];
}
