import type { IngressPath } from '../../kube/objects.ts';
import { problem, type Problem } from '../../model/problem.ts';
import type { IngressRow } from '../ingress-row.ts';
import { asksForExpressions } from './rewriting.ts';
import { draftRoutes } from './route-draft.ts';
import { sourceOf } from '../source-of.ts';

/** Tells Ingresses that did not ask for it, where a path of theirs means something else as an expression than as it is written. */
export function toldOfExpressions(hostname: string, primaries: readonly IngressRow[]): readonly Problem[] {
  const asking = primaries.find((row) => asksForExpressions(row, hostname));
  if (asking === undefined) return [];
  const { namespace, name } = asking.metadata;
  return primaries
    .filter((row) => !asksForExpressions(row, hostname))
    .flatMap((row) => {
      const draft = draftRoutes(row, hostname, true).find(({ written }) => changesMeaning(written));
      if (draft === undefined) return [];
      return problem('NR306', sourceOf({ kind: 'Ingress', ...row }, `${draft.field}.path`), {
        message: `The path ${JSON.stringify(draft.written.path)} is a regular expression, because Ingress ${namespace}/${name} asks for them for all of host ${hostname}.`,
        done: 'It takes whatever begins so, without regard to case.',
        fix: 'Give the paths of the two Ingresses different hosts, or end the expression with "$".',
      });
    });
}

function changesMeaning({ path = '/', pathType }: IngressPath): boolean {
  return /[*+?()[\]{}|^$\\]/.test(path) || (pathType === 'Exact' && !path.startsWith('/.well-known/acme-challenge/'));
}
