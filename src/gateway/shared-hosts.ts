import { problem, type Problem } from '../model/problem.ts';
import { anyHost } from '../model/virtual-host.ts';
import type { Key } from '../store/table.ts';
import { type RouteRow, sourceOfRoute } from './route-row.ts';

/** Who speaks of a hostname that Ingresses have as well. `ingressesOf`: by hostname. */
export function sharedHosts(
  { route, attachments }: RouteRow,
  ingressesOf: (hostname: string) => readonly Key[] | undefined,
): readonly Problem[] {
  const hostnames = new Set(attachments.flatMap(({ at }) => at.flatMap((one) => one.hostnames)));
  hostnames.delete(anyHost);
  return [...hostnames].sort().flatMap((hostname): Problem[] => {
    const [ingress] = ingressesOf(hostname) ?? [];
    if (ingress === undefined) return [];
    const message = `Ingress ${ingress} is for ${hostname}, too.`;
    const done = 'Who connects to the ports of Ingresses gets the Ingress, and who connects to the Gateway this route.';
    return [
      problem('NR607', sourceOfRoute(route, 'spec.hostnames'), {
        message,
        done,
        fix: 'Delete the Ingress when clients come to the Gateway.',
      }),
    ];
  });
}
