import { UpstreamUses } from '../ingress/backends/upstream-uses.ts';
import type { HttpRule, GrpcRule } from '../kube/gateway-objects.ts';
import type { Route, RouteAction, WeightedUpstream } from '../model/route.ts';
import type { Mirror, RoutePolicy } from '../model/route-policy.ts';
import type { VirtualHost } from '../model/virtual-host.ts';
import { expressionObjections, isReadable } from './expressions.ts';
import { type Arrival, headerEdits, readFilters } from './filters.ts';
import { limitObjections, limitsOf } from './limits.ts';
import { type Match, matchesOf } from './match.ts';
import { byPrecedence, type Candidate } from './precedence.ts';
import { type ResolvedBackends, type ResolvedUpstream, withCertificate } from './resolved-backends.ts';
import type { Key } from '../store/table.ts';
import { type RouteText, sourceOfRoute } from './route-row.ts';

/** A route that is attached to the listener of a virtual host, with its backends. */
export interface Member {
  readonly route: RouteText;
  readonly resolved: ResolvedBackends;
}

export interface FoldedHost {
  readonly virtualHost: VirtualHost;
  readonly upstreams: UpstreamUses['all'];
}

/** Of the filters of a rule those that a single backend can have. */
export const ofBackends: ReadonlySet<string> = new Set(['RequestHeaderModifier', 'ResponseHeaderModifier']);

const failed: RouteAction = { type: 'answer', status: 500, body: 'Internal Server Error\n' };

/** Folds all routes of one hostname at one listener into its virtual host. */
export function foldHost(
  host: Pick<VirtualHost, 'hostname' | 'listener' | 'chain'>,
  members: readonly Member[],
  arrival: Arrival,
): FoldedHost {
  const uses = new UpstreamUses();
  const candidates = members.flatMap((member) => candidatesOf(member, arrival, uses));
  const routes = candidates.sort(byPrecedence).map(({ make }) => make());
  return { virtualHost: { ...host, routes }, upstreams: uses.all };
}

function candidatesOf(member: Member, arrival: Arrival, uses: UpstreamUses): readonly Candidate[] {
  const { route } = member;
  if (route.kind !== 'HTTPRoute' && route.kind !== 'GRPCRoute') return [];
  const { metadata } = route;
  return route.spec.rules.flatMap((rule, index) =>
    matchesOf(rule).flatMap((match, at): Candidate[] => {
      const place = { member, index, at, match, arrival };
      return isReadable(match) ? [{ metadata, ...match, order: [index, at], make: () => makeRoute(rule, place, uses) }] : [];
    }),
  );
}

interface Place {
  readonly member: Member;
  readonly index: number;
  readonly at: number;
  readonly match: Match;
  readonly arrival: Arrival;
}

function makeRoute(rule: HttpRule | GrpcRule, { member, index, at, match, arrival }: Place, uses: UpstreamUses): Route {
  const { route, resolved } = member;
  const { kind, metadata } = route;
  const { redirect, objections, ...filtered } = readFilters(rule.filters, match.match, arrival);
  const to: Use = (upstream) => uses.use(upstream.key, withCertificate(upstream.policy, arrival.certificate));
  const mirrors = mirrorsOf(rule, index, resolved, to);
  const policy: RoutePolicy = {
    // Gateway API knows no limit: that is ingress-nginx's.
    bodySize: 0,
    ...filtered,
    ...(mirrors.length === 0 ? {} : { mirrors }),
    ...limitsOf(rule),
  };
  return {
    name: `${metadata.namespace}/${metadata.name} ${kind} ${index}.${at}`,
    match: match.match,
    ...(Object.keys(match.conditions).length === 0 ? {} : { conditions: match.conditions }),
    action:
      [...objections, ...limitObjections(rule), ...expressionObjections(rule)].length > 0
        ? failed
        : (redirect ?? forward(rule, index, resolved, to)),
    policy,
    sources: [sourceOfRoute(route, `spec.rules[${index}]`)],
  };
}

type Use = (upstream: ResolvedUpstream) => Key;

/** The share of a backend that cannot be used is answered with 500. https://gateway-api.sigs.k8s.io/reference/spec/#httprouterule (backendRefs) */
function forward({ backendRefs }: HttpRule | GrpcRule, index: number, { upstreams }: ResolvedBackends, to: Use): RouteAction {
  const usable: WeightedUpstream[] = [];
  let failing = 0;
  for (const [at, { weight, filters }] of backendRefs.entries()) {
    if (weight === 0) continue;
    const upstream = upstreams[`spec.rules[${index}].backendRefs[${at}]`];
    const wholeRoute = filters.some(({ type }) => !ofBackends.has(type));
    if (upstream === undefined || wholeRoute) failing += weight;
    else usable.push({ upstream: to(upstream), weight, ...edits(filters) });
  }
  if (usable.length === 0) return failed;
  return { type: 'forward', upstreams: usable, ...(failing === 0 ? {} : { failing }) };
}

/** A backend that cannot be used gets no copies; the requests themselves are not harmed. */
function mirrorsOf({ filters }: HttpRule | GrpcRule, index: number, { upstreams }: ResolvedBackends, to: Use): readonly Mirror[] {
  return filters.flatMap(({ requestMirror }, at) => {
    const upstream = upstreams[`spec.rules[${index}].filters[${at}].requestMirror.backendRef`];
    if (requestMirror === undefined || upstream === undefined) return [];
    const { percent, fraction = { numerator: percent ?? 100, denominator: 100 } } = requestMirror;
    const perMillion = Math.min(Math.round((fraction.numerator / fraction.denominator) * 1_000_000), 1_000_000);
    return [{ upstream: to(upstream), ...(perMillion === 1_000_000 ? {} : { perMillion }) }];
  });
}

function edits(filters: HttpRule['filters']): Pick<WeightedUpstream, 'requestHeaders' | 'responseHeaders'> {
  const request = filters.find(({ requestHeaderModifier }) => requestHeaderModifier !== undefined)?.requestHeaderModifier;
  const response = filters.find(({ responseHeaderModifier }) => responseHeaderModifier !== undefined)?.responseHeaderModifier;
  return {
    ...(request === undefined ? {} : { requestHeaders: headerEdits(request) }),
    ...(response === undefined ? {} : { responseHeaders: headerEdits(response) }),
  };
}
