import { objectKey } from '../kube/event.ts';
import { type Backend, streamRef } from '../ingress/backends/backend.ts';
import type { ServicePort } from '../kube/objects.ts';
import type { ConditionDraft } from '../kube/status-draft.ts';
import { problem, type Problem } from '../model/problem.ts';
import type { UpstreamPolicy } from '../model/upstream-policy.ts';
import type { Key } from '../store/table.ts';
import type { BackendTlsRow } from './backend-tls.ts';
import { holds, holdsNot } from './condition.ts';
import type { Referred } from './grants.ts';
import { type BackendUse, backendUses, type RouteText, sourceOfRoute } from './route-row.ts';

/** The backends of a route, looked up. */
export interface ResolvedBackends {
  /** By field; absent for those that cannot be used. */
  readonly upstreams: Readonly<Record<string, ResolvedUpstream>>;
  readonly resolvedRefs: ConditionDraft;
  readonly problems: readonly Problem[];
}

export interface ResolvedUpstream {
  /** Of the Service's port. */
  readonly key: Key;
  readonly policy: UpstreamPolicy;
}

export interface BackendResolution {
  readonly backend: (ref: Key) => Backend | undefined;
  readonly mayRefer: (to: Referred) => boolean;
  readonly port: (service: Key, port: number) => Pick<ServicePort, 'name' | 'appProtocol'> | undefined;
  /** The policy for a Service's port with that name. */
  readonly tls: (service: Key, port: string | undefined) => BackendTlsRow | undefined;
}

/** What the lookup of backends calls one; undefined for what is no Service. */
export function serviceRefOf(
  { backend: { group, kind, namespace, name, port } }: BackendUse,
  { kind: user, metadata }: RouteText,
): Key | undefined {
  if (group !== '' || kind !== 'Service' || port === undefined) return undefined;
  return streamRef(objectKey(namespace ?? metadata.namespace, name), String(port), user === 'UDPRoute' ? 'UDP' : 'TCP');
}

export function resolveBackends(route: RouteText, resolution: BackendResolution): ResolvedBackends {
  const upstreams: Record<string, ResolvedUpstream> = {};
  const objections: { readonly reason: string; readonly field: string; readonly message: string }[] = [];
  for (const use of backendUses(route)) {
    const found = resolveOne(use, route, resolution);
    const policy = policyOf(use, route, resolution);
    // What is wrong with the TLS that is asked for is told of the BackendTLSPolicy.
    if ('upstream' in found && policy === undefined) continue;
    if ('upstream' in found) upstreams[use.field] = { key: found.upstream, policy: policy ?? {} };
    else objections.push({ ...found, field: use.field });
  }
  const [first] = objections;
  return {
    upstreams,
    resolvedRefs: first === undefined ? holds('ResolvedRefs') : holdsNot('ResolvedRefs', first.reason, `${first.field}: ${first.message}`),
    problems: objections.map(({ field, message }) => problem('NR601', sourceOfRoute(route, field), { message, done: lost(route, field) })),
  };
}

function lost({ kind }: RouteText, field: string): string {
  if (field.includes('.requestMirror.')) return 'It gets no copies; the requests themselves are served.';
  if (kind === 'UDPRoute') return 'Its share of the datagrams is dropped.';
  return kind === 'HTTPRoute' || kind === 'GRPCRoute'
    ? 'Its share of the requests is answered with 500.'
    : 'Its share of the connections is closed.';
}

/** Undefined: TLS is asked for that cannot be had. https://gateway-api.sigs.k8s.io/geps/gep-1911/; calls of gRPC are HTTP/2 in any case. */
function policyOf(
  { backend: { namespace, name, port = 0 } }: BackendUse,
  { kind, metadata }: RouteText,
  resolution: Pick<BackendResolution, 'port' | 'tls'>,
): UpstreamPolicy | undefined {
  if (kind === 'UDPRoute') return {};
  const service = objectKey(namespace ?? metadata.namespace, name);
  const found = resolution.port(service, port);
  const wanted = resolution.tls(service, found?.name);
  if (wanted !== undefined && wanted.tls === undefined) return undefined;
  const requests = kind === 'HTTPRoute' || kind === 'GRPCRoute';
  const tls = wanted?.tls && { tls: { ...wanted.tls, ...(requests ? {} : { anyProtocol: true as const }) } };
  const http2 = kind === 'GRPCRoute' || (requests && found?.appProtocol === 'kubernetes.io/h2c');
  return { ...(http2 ? { protocol: 'http2' } : {}), ...tls };
}

/** The certificate is that of the Gateway through which the upstream is reached. */
export function withCertificate(policy: UpstreamPolicy, certificate: Key | undefined): UpstreamPolicy {
  return certificate === undefined || policy.tls === undefined ? policy : { ...policy, tls: { ...policy.tls, certificate } };
}

type Resolved = { readonly upstream: Key } | { readonly reason: string; readonly message: string };

function resolveOne(use: BackendUse, route: RouteText, { backend, mayRefer }: Pick<BackendResolution, 'backend' | 'mayRefer'>): Resolved {
  const { group, kind, name, namespace = route.metadata.namespace, port } = use.backend;
  const ref = serviceRefOf(use, route);
  if (ref === undefined)
    return {
      reason: 'InvalidKind',
      message: `A backend of kind ${group === '' ? kind : `${group}/${kind}`} is not supported: name a Service.`,
    };
  if (!mayRefer({ group, kind, namespace, name }))
    return {
      reason: 'RefNotPermitted',
      message: `No ReferenceGrant of namespace ${namespace} allows to use Service ${objectKey(namespace, name)}.`,
    };
  const found = backend(ref);
  // A number is the Service's own here, and never its target port.
  if (found?.ok === true && (found.to.port === port || found.to.lookup !== undefined)) return { upstream: found.upstream };
  const message =
    found === undefined || found.ok
      ? `Service ${objectKey(namespace, name)} has no port ${port}${route.kind === 'UDPRoute' ? ' of UDP' : ''}.`
      : found.message;
  return { reason: 'BackendNotFound', message };
}
