import { joinPolicies, type RoutePolicy } from '../../model/route-policy.ts';
import type { UpstreamPolicy } from '../../model/upstream-policy.ts';
import type { IngressRow } from '../ingress-row.ts';
import { parseTemplate } from '../nginx/variables.ts';
import { rewritingOf } from '../paths/rewriting.ts';
import type { RouteDraft } from '../paths/route-draft.ts';
import { sessionOf } from './session-of.ts';
import { sourceOf } from '../source-of.ts';
import type { UpstreamUses } from '../backends/upstream-uses.ts';

/** What the annotations of an Ingress mean for one of its paths, besides what they mean for all. */
export function pathPolicy(draft: RouteDraft, uses: UpstreamUses): { readonly route: RoutePolicy; readonly upstream: UpstreamPolicy } {
  const rewriting = rewritingOf(draft);
  const session = sessionOf(draft);
  return {
    route: joinPolicies([rewriting.route, generalPolicy(draft, uses), session.route]),
    upstream: { ...rewriting.upstream, ...session.upstream },
  };
}

/** What they mean for one of its backends, whatever path it is for. */
export function generalPolicy(to: Pick<RouteDraft, 'row' | 'backend'>, uses: UpstreamUses): RoutePolicy {
  return joinPolicies([hostForBackend(to), mirroring(to.row, uses)]);
}

function hostForBackend({ row, backend }: Pick<RouteDraft, 'row' | 'backend'>): RoutePolicy {
  const text = row.policies.upstreamHost;
  if (text === undefined) return {};
  const { namespace, name } = row.metadata;
  const { service } = backend;
  const port = String(service?.port.number ?? service?.port.name ?? '');
  const read = parseTemplate(text, { namespace, ingress_name: name, service_name: service?.name ?? '', service_port: port });
  return read.ok ? { rewrite: { host: read.value } } : {};
}

function mirroring(row: IngressRow, uses: UpstreamUses): RoutePolicy {
  const { mirror } = row.policies;
  if (mirror === undefined) return {};
  const { scheme, hostname, port } = mirror.target;
  // As proxy_pass of nginx: without a look at the certificate.
  const tls: UpstreamPolicy = scheme === 'https' ? { tls: { serverName: hostname } } : {};
  return { mirrors: [{ upstream: uses.place({ hostname, port }, tls, sourceOf({ kind: 'Ingress', ...row })), host: mirror.host }] };
}
