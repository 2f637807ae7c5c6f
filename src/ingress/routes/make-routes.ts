import { hash } from 'node:crypto';
import type { Conditions, PathMatch, Route, WeightedUpstream } from '../../model/route.ts';
import { joinPolicies, type RoutePolicy } from '../../model/route-policy.ts';
import type { Source } from '../../model/source.ts';
import type { UpstreamPolicy } from '../../model/upstream-policy.ts';
import { upstreamPolicyOf, upstreamPolicyOverHttps } from '../annotations/index.ts';
import { lookUp, unavailable, unavailableAnswer } from '../backends/backend-lookup.ts';
import { canaryChoices } from '../canaries/canary-choices.ts';
import { type CanaryDraft, type Split, splitForCanary } from '../canaries/canary-split.ts';
import { errorPagesOf, standInFor, standInHeaders } from './error-pages.ts';
import type { Folding } from './fallback.ts';
import { pathPolicy } from './path-policy.ts';
import { redirectingOf } from './redirecting.ts';
import { matchKey, policyOf, type RouteDraft } from '../paths/route-draft.ts';
import { withoutAddress } from '../backends/service-address.ts';
import { sourceOf } from '../source-of.ts';

/** The routes of a path, in the order in which they are tried: those for some requests first, that for the rest last. */
export function makeRoutes(draft: RouteDraft, canaries: readonly CanaryDraft[], folding: Folding): readonly Route[] {
  const { metadata, denied, policies } = draft.row;
  const source = sourceOf({ kind: 'Ingress', ...draft.row }, draft.field);
  const what = draft.refused === true ? `refused ${draft.written.path}` : matchKey(draft.match);
  const route = { name: `${metadata.namespace}/${metadata.name} ${what}`, match: draft.match };
  if (denied || draft.refused === true) return [{ ...route, action: unavailableAnswer, sources: [source] }];
  const redirecting = redirectingOf(draft.row);
  if (redirecting !== undefined) return [{ ...route, ...redirecting, sources: [source] }];
  const backend = lookUp(metadata.namespace, draft.backend, folding.lookup);
  const standIn = backend.ok && folding.lookup.isReady(backend.upstream) ? undefined : standInFor(draft, folding.lookup);
  if (standIn !== undefined) return [standingIn({ ...route, sources: [source] }, standIn, draft, folding)];
  if (!backend.ok) return [{ ...route, action: unavailable(backend, source, folding.problems), sources: [source] }];

  const split = splitForCanary(backend.upstream, folding.lookup.canariesOf?.(backend.upstream) ?? canaries);
  // Those of other hosts are told of there.
  if (canaries.length > 0) folding.problems.push(...split.problems);
  const own = pathPolicy(draft, folding.uses);
  const reaching = { ...upstreamPolicyOf(policies), ...own.upstream };
  folding.problems.push(...withoutAddress(backend, reaching, source));
  const canary = split.canary === undefined ? [] : [sourceOf({ kind: 'Ingress', ...split.canary.row }, split.canary.field)];
  const all = {
    ...route,
    ...policyOf(draft.row, joinPolicies([own.route, errorPagesOf(draft, folding.lookup)])),
    sources: [source, ...canary],
  };
  const overHttps = upstreamPolicyOverHttps(policies);
  return [
    ...(overHttps === undefined ? [] : forwarding(all, split, { ...overHttps, ...own.upstream }, folding).map(toHttps)),
    ...forwarding(all, split, reaching, folding),
  ];
}

/** The backend has no ready pods, and another one takes its requests. */
function standingIn(route: Unsent, upstream: string, draft: RouteDraft, { uses }: Folding): Route {
  const own = pathPolicy(draft, uses);
  const { policy } = policyOf(draft.row, joinPolicies([own.route, standInHeaders(draft)]));
  return made(
    { ...route, ...(policy && { policy }) },
    uses.forward([whole(upstream)], { ...upstreamPolicyOf(draft.row.policies), ...own.upstream }),
  );
}

interface Unsent {
  readonly name: string;
  readonly match: PathMatch;
  readonly conditions?: Conditions;
  readonly policy?: RoutePolicy;
  readonly sources: readonly Source[];
}

function toHttps(route: Route): Route {
  return made({ ...route, name: `${route.name} over https`, conditions: { ...route.conditions, scheme: 'https' } }, route.action);
}

/** Sends requests to both sides, reached by this policy. */
function forwarding(route: Unsent, split: Split, reaching: UpstreamPolicy, { uses }: Folding): readonly Route[] {
  const { primary, alternative, canary } = split;
  for (const base of split.standby) {
    if (base === primary) uses.use(base, reaching);
    else uses.useForCanary(base, reaching);
  }
  const { session } = route.policy ?? {};
  const keepsSides = alternative !== undefined && session !== undefined && canary?.row.policies.canary?.keepsSessions === true;
  if (!keepsSides) {
    return [...chosen(route, split), { ...route, to: split.upstreams }].map(({ to, ...one }) => made(one, uses.forward(to, reaching)));
  }
  const sideCookie = `${session.cookie.name}-side`;
  const side = sideOf(alternative);
  const policy = { ...route.policy, session: { ...session, sideCookie } };
  const staying = [
    { to: alternative, name: 'canary', cookie: { name: sideCookie, value: { type: 'exact' as const, text: side } } },
    { to: primary, name: 'primary', cookie: { name: session.cookie.name } },
  ].map(({ to, name, cookie }) =>
    made({ ...route, name: `${route.name} by session ${name}`, conditions: { cookies: [cookie] } }, uses.forward([whole(to)], reaching)),
  );
  const beginning = [...chosen(route, split), { ...route, to: split.upstreams }].map(({ to, ...one }) => {
    const marked = to.map((each) => (each.upstream === alternative ? { ...each, side } : each));
    return made({ ...one, policy }, uses.forward(marked, reaching));
  });
  return [...staying, ...beginning];
}

function made({ name, match, conditions, policy, sources }: Unsent, action: Route['action']): Route {
  return {
    ...{ name, match },
    ...(conditions === undefined ? {} : { conditions }),
    action,
    ...(policy === undefined ? {} : { policy }),
    sources,
  };
}

interface Chosen extends Unsent {
  /** Keys without a policy. */
  readonly to: readonly WeightedUpstream[];
}

/** For requests that do not leave it to chance. */
function chosen(route: Unsent, { primary, alternative, canary }: Split): readonly Chosen[] {
  const policy = canary?.row.policies.canary;
  if (alternative === undefined || policy === undefined) return [];
  return canaryChoices(policy).map(({ name, conditions, side }) => ({
    ...{ ...route, name: `${route.name} ${name}`, conditions },
    to: [whole(side === 'canary' ? alternative : primary)],
  }));
}

function whole(upstream: string): WeightedUpstream {
  return { upstream, weight: 100 };
}

/** Says of a cookie's owner where it was sent, without telling the name. */
function sideOf(upstream: string): string {
  return hash('sha256', upstream, 'hex').slice(0, 8);
}
