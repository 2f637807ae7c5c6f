import { problem, type Problem } from '../../model/problem.ts';
import type { WeightedUpstream } from '../../model/route.ts';
import type { Backend } from '../backends/backend.ts';
import { patternFault } from './canary-choices.ts';
import type { RouteDraft } from '../paths/route-draft.ts';
import { sourceOf } from '../source-of.ts';

/** A canary's path with its backend looked up. */
export interface CanaryDraft {
  readonly draft: RouteDraft;
  readonly backend: Backend;
  readonly ready: boolean;
}

export interface Split {
  /** Key of the primary's upstream. */
  readonly primary: string;
  /** Key of that of the canary that takes part; absent: all requests are for the primary. */
  readonly alternative?: string;
  /** How requests are shared that nothing else decides on. */
  readonly upstreams: readonly WeightedUpstream[];
  /** Keys of upstreams that get nothing now and may soon: Envoys keep them warm. */
  readonly standby: readonly string[];
  /** The canary that takes part, if any. */
  readonly canary?: RouteDraft;
  readonly problems: readonly Problem[];
}

/**
 * Divides a primary's requests between it and its canary; the oldest canary counts, as in ingress-nginx.
 *
 * A canary with the primary's own backend is none (Argo Rollouts and Flagger write such paths); one without ready
 * pods gives everything to the primary.
 */
export function splitForCanary(primary: string, candidates: readonly CanaryDraft[]): Split {
  const upstreams = [{ upstream: primary, weight: 100 }];
  const real = candidates.filter(({ backend }) => !backend.ok || backend.upstream !== primary);
  const [first, ...others] = real;
  if (first === undefined) return { primary, upstreams, standby: [], problems: [] };
  const problems = others.map(({ draft }) => secondCanary(draft, first.draft));
  const { draft, backend, ready } = first;
  if (!backend.ok) {
    const { code, message, fix } = backend;
    const done = 'All requests go to the primary.';
    return { primary, upstreams, standby: [], problems: [...problems, problem(code, canarySource(draft), { message, done, fix })] };
  }
  const { weight = 0, total = 100 } = draft.row.policies.canary ?? {};
  const aside = { primary, upstreams, standby: [primary, backend.upstream], canary: draft };
  problems.push(...unreadPattern(draft));
  if (!ready) return { ...aside, problems: weight === 0 ? problems : [...problems, notReady(draft, weight, total)] };
  return { ...aside, alternative: backend.upstream, upstreams: shared(primary, backend.upstream, weight, total), problems };
}

function shared(primary: string, alternative: string, weight: number, total: number): readonly WeightedUpstream[] {
  if (weight === 0) return [{ upstream: primary, weight: 100 }];
  if (weight >= total) return [{ upstream: alternative, weight: 100 }];
  return [
    { upstream: primary, weight: total - weight },
    { upstream: alternative, weight },
  ];
}

function unreadPattern(draft: RouteDraft): readonly Problem[] {
  const match = draft.row.policies.canary?.header?.match;
  const fault = match?.type === 'pattern' ? patternFault(match.text) : undefined;
  if (fault === undefined) return [];
  return [
    problem('NR214', sourceOf({ kind: 'Ingress', ...draft.row }), {
      message: `canary-by-header-pattern: ${fault.message}.`,
      done: 'Requests with the header go to the primary.',
      fix: fault.fix,
    }),
  ];
}

/** A canary for a path that no Ingress serves. */
export function canaryWithoutPrimary(draft: RouteDraft, hostname: string): Problem {
  return problem('NR230', canarySource(draft), {
    message: `No other Ingress serves ${draft.match.type} path ${draft.match.path} of host ${hostname}.`,
    done: 'This path of the canary takes no requests.',
    fix: 'Give the canary the host, path and pathType of the Ingress whose requests it is to share.',
  });
}

function canarySource({ row, field }: RouteDraft) {
  return sourceOf({ kind: 'Ingress', ...row }, field);
}

function secondCanary(draft: RouteDraft, first: RouteDraft): Problem {
  const { namespace, name } = first.row.metadata;
  return problem('NR232', canarySource(draft), {
    message: `Ingress ${namespace}/${name} is already the canary for this path, and it is older.`,
    done: 'This path of the canary takes no requests.',
    fix: 'Remove one of the two canaries.',
  });
}

function notReady(draft: RouteDraft, weight: number, total: number): Problem {
  return problem('NR231', canarySource(draft), {
    message: `The canary is to take ${weight} of ${total} requests but has no ready pods.`,
    done: 'All requests go to the primary until one is ready.',
  });
}
