import type { Problem } from '../model/problem.ts';
import { parseSource } from '../model/source.ts';
import type { Messages } from '../proto/gen/messages.ts';
import { sourcesIn } from '../xds/routes/route-metadata.ts';
import { closestHost, closestPath, isNobodys } from './closest.ts';
import type { ExplainedRoute, Explanation } from './explain.ts';
import type { Known } from './known.ts';
import { type ExplainedRequest, hostOf } from './request.ts';
import type { ResourceReader } from './resource-reader.ts';

interface Looked {
  readonly routed: ExplainedRequest;
  readonly host: Messages['envoy.config.route.v3.VirtualHost'] | undefined;
  /** Absent at the edge. */
  readonly listener: string | undefined;
  readonly reader: ResourceReader;
  readonly known: Known;
}

/** What helps where a request is not served, or not as it was meant to be. */
export function hints(winner: ExplainedRoute | undefined, { routed, host, listener, reader, known }: Looked): Partial<Explanation> {
  if (winner !== undefined && !isNobodys(winner)) {
    const problems = problemsOf(winner, known);
    return problems.length === 0 ? {} : { problems };
  }
  const isServed = host?.routes?.some(({ name, metadata }) => !isNobodys({ name, sources: sourcesIn(metadata) })) === true;
  const closest =
    isServed && isMeant(host.name ?? '', routed, listener) ? closestPath(routed, host) : closestHost(routed, listener, reader);
  const unserved = known.unserved(hostOf(routed));
  return { ...(closest && { closest }), ...(unserved.length === 0 ? {} : { unserved }) };
}

/** At the edge a wildcard stands for one label; Envoy's own stands for more, and routes then refuse the rest. */
function isMeant(hostname: string, request: ExplainedRequest, listener: string | undefined): boolean {
  if (listener !== undefined || !hostname.startsWith('*.')) return true;
  return hostOf(request).replace(/^[^.]+/, '*') === hostname;
}

/** Those of the very fields, or within them. */
function problemsOf({ sources }: ExplainedRoute, known: Known): readonly Problem[] {
  const fields = sources.flatMap((text) => parseSource(text) ?? []);
  return known
    .problems()
    .filter(({ source: { kind, namespace, name, field = '' } }) =>
      fields.some(
        (one) => one.kind === kind && one.namespace === namespace && one.name === name && field !== '' && field.startsWith(one.field ?? ''),
      ),
    );
}
