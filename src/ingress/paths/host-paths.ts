import { problem, type Problem } from '../../model/problem.ts';
import { type BackendLookup, lookUp } from '../backends/backend-lookup.ts';
import type { CanaryDraft } from '../canaries/canary-split.ts';
import type { IngressRow } from '../ingress-row.ts';
import { expressionTaken } from './literal-path.ts';
import { refuseExpression } from './rewriting.ts';
import { draftRoutes, matchKey, type RouteDraft } from './route-draft.ts';
import { sourceOf } from '../source-of.ts';

/** The oldest Ingress has a path; who wants it later is told so. */
export function takePaths(
  hostname: string,
  primaries: readonly IngressRow[],
  expressions: boolean,
  problems: Problem[],
): Map<string, RouteDraft> {
  const taken = new Map<string, RouteDraft>();
  for (const draft of primaries.flatMap((row) => draftRoutes(row, hostname, expressions))) {
    const key = matchKey(draft.match);
    const owner = taken.get(key);
    const refused = refuseExpression(draft);
    const odd = expressions
      ? refused?.problem
      : expressionTaken(draft.written, sourceOf({ kind: 'Ingress', ...draft.row }, `${draft.field}.path`));
    if (odd !== undefined) problems.push(odd);
    if (owner !== undefined) problems.push(pathTaken(hostname, draft, owner));
    else if (refused === undefined) taken.set(key, draft);
    else if (refused.match !== undefined) taken.set(key, { ...draft, match: refused.match, refused: true });
  }
  return taken;
}

/** The canaries of a host, by the key of their path; the oldest first. */
export function groupCanaries(
  hostname: string,
  rows: readonly IngressRow[],
  expressions: boolean,
  lookup: BackendLookup,
): Map<string, CanaryDraft[]> {
  const groups = new Map<string, CanaryDraft[]>();
  for (const row of rows) {
    if (row.policies.canary === undefined) continue;
    for (const draft of draftRoutes(row, hostname, expressions)) {
      const backend = lookUp(draft.row.metadata.namespace, draft.backend, lookup);
      const candidate = { draft, backend, ready: backend.ok && lookup.isReady(backend.upstream) };
      const key = matchKey(draft.match);
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [candidate]);
      else group.push(candidate);
    }
  }
  return groups;
}

function pathTaken(hostname: string, { row, field, match }: RouteDraft, owner: RouteDraft): Problem {
  const { namespace, name } = owner.row.metadata;
  const path = `The ${match.type === 'regex' ? 'regular expression' : `${match.type} path`} ${match.path} of host ${hostname}`;
  return problem('NR302', sourceOf({ kind: 'Ingress', ...row }, field), {
    message:
      owner.row.metadata === row.metadata
        ? `${path} is already taken by ${owner.field} of the same Ingress.`
        : `${path} already belongs to Ingress ${namespace}/${name}, which is older (${owner.field}).`,
    done: 'This path takes no requests.',
    fix: 'Change the path or the host, or remove one of the two.',
  });
}
