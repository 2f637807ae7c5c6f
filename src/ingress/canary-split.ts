import { problem, type Problem } from '../model/problem.ts';
import type { WeightedUpstream } from '../model/route.ts';
import type { Backend } from './backend.ts';
import type { RouteDraft } from './route-draft.ts';
import { sourceOf } from './source-of.ts';

/** A canary's path with its backend looked up. */
export interface CanaryDraft {
  readonly draft: RouteDraft;
  readonly backend: Backend;
  readonly ready: boolean;
}

export interface Split {
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
  const whole = [{ upstream: primary, weight: 100 }];
  const real = candidates.filter(({ backend }) => !backend.ok || backend.upstream !== primary);
  const [first, ...others] = real;
  if (first === undefined) return { upstreams: whole, standby: [], problems: [] };
  const problems = others.map(({ draft }) => secondCanary(draft, first.draft));
  if (!first.backend.ok) {
    const { code, message, fix } = first.backend;
    const done = 'All requests go to the primary.';
    return { upstreams: whole, standby: [], problems: [...problems, problem(code, canarySource(first.draft), { message, done, fix })] };
  }
  const weight = first.draft.row.policies.canary?.weight ?? 0;
  const standby = [primary, first.backend.upstream];
  if (weight === 0) return { upstreams: whole, standby, canary: first.draft, problems };
  if (!first.ready) return { upstreams: whole, standby, canary: first.draft, problems: [...problems, notReady(first.draft, weight)] };
  const canary = { upstream: first.backend.upstream, weight };
  const upstreams = weight >= 100 ? [canary] : [{ upstream: primary, weight: 100 - weight }, canary];
  return { upstreams, standby, canary: first.draft, problems };
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

function notReady(draft: RouteDraft, weight: number): Problem {
  return problem('NR231', canarySource(draft), {
    message: `The canary is to take ${weight} % but has no ready pods.`,
    done: 'All requests go to the primary until one is ready.',
  });
}
