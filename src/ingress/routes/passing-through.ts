import { problem, type Problem } from '../../model/problem.ts';
import { anyHost } from '../../model/virtual-host.ts';
import type { Key } from '../../store/table.ts';
import { lookUp } from '../backends/backend-lookup.ts';
import type { Folding } from './fallback.ts';
import type { IngressRow } from '../ingress-row.ts';
import type { RouteDraft } from '../paths/route-draft.ts';
import { sourceOf } from '../source-of.ts';

/**
 * Where the TLS connections of a host go as they are: to the backend of its path `/`, if any of its Ingresses asks for it
 * (getConfiguration in ingress-nginx's controller.go). Undefined: TLS ends at the proxy.
 */
export function passthroughOf(
  hostname: string,
  rows: readonly IngressRow[],
  drafts: readonly RouteDraft[],
  folding: Folding,
): Key | undefined {
  const asking = rows.filter(({ policies }) => policies.passthrough === true);
  if (asking.length === 0 || hostname === anyHost) return undefined;
  const refuse = (message: string, fix: string): undefined => {
    folding.problems.push(...asking.map((row) => notPassed(row, message, fix)));
    return undefined;
  };
  if (!folding.lookup.sslPassthrough) return refuse('ssl-passthrough is switched off.', 'Start Naru with --enable-ssl-passthrough.');
  const root = drafts.find(({ match, refused }) => match.path === '/' && match.type !== 'exact' && refused === undefined);
  if (root === undefined) return refuse(`Host ${hostname} has no path / whose backend could take its TLS connections.`, 'Add the path.');
  const backend = lookUp(root.row.metadata.namespace, root.backend, folding.lookup);
  // What is wrong with the backend is told with its path.
  return backend.ok ? folding.uses.use(backend.upstream, {}) : undefined;
}

function notPassed(row: IngressRow, message: string, fix: string): Problem {
  return problem('NR218', sourceOf({ kind: 'Ingress', ...row }), { message, done: 'TLS of the host ends at the proxy.', fix });
}
