import { objectKey } from '../kube/event.ts';
import type { ListenerSpec } from '../kube/gateway-objects.ts';
import type { Metadata } from '../kube/objects.ts';
import type { ConditionDraft } from '../kube/status-draft.ts';
import type { CertificateRow } from '../ingress/tls/certificate.ts';
import type { Key } from '../store/table.ts';
import type { ChainClients } from '../model/listener.ts';
import type { ClientsReading } from './client-validation.ts';
import { holds, holdsNot } from './condition.ts';
import { gatewayGroup, type Referred } from './grants.ts';
import { normal } from './hostnames.ts';

/** The object that a listener is written in. */
export interface ListenerOwner {
  readonly kind: 'Gateway' | 'ListenerSet';
  readonly metadata: Metadata;
  /** Key of the Gateway that it belongs to. */
  readonly gateway: Key;
}

/** A listener as it is written, with what is wrong about it by itself. */
export interface ListenerRow {
  /** `Gateway shop/web/http`: unique among all listeners. */
  readonly key: Key;
  readonly owner: ListenerOwner;
  readonly field: string;
  readonly spec: ListenerSpec;
  readonly hostname: string;
  readonly supportedKinds: readonly RouteGroupKind[];
  /** Keys of the certificates that can be used. */
  readonly certificates: readonly Key[];
  /** What is asked of clients. */
  readonly clients?: ChainClients;
  readonly accepted: ConditionDraft;
  readonly resolvedRefs: ConditionDraft;
}

export interface RouteGroupKind {
  readonly group: string;
  readonly kind: string;
}

export interface ListenerLookup {
  /** Who has this port of the address already. */
  readonly portOwner: (port: number, transport: 'tcp' | 'udp') => string | undefined;
  readonly certificate: (key: Key) => CertificateRow | undefined;
  readonly mayRefer: (from: ListenerOwner, to: Referred) => boolean;
  /** What the Gateway asks of the certificates of clients at a port. */
  readonly clients: (port: number) => ClientsReading;
}

/** The kinds of routes that a protocol can take. */
export function kindsFor({ protocol }: ListenerSpec): readonly string[] | undefined {
  switch (protocol) {
    case 'HTTP':
    case 'HTTPS':
      return ['HTTPRoute', 'GRPCRoute'];
    case 'TLS':
      return ['TLSRoute'];
    case 'TCP':
      return ['TCPRoute'];
    case 'UDP':
      return ['UDPRoute'];
    default:
      return undefined;
  }
}

export function listenerRowKey({ kind, metadata: { namespace, name } }: ListenerOwner, listener: string): Key {
  return `${kind} ${namespace}/${name}/${listener}`;
}

export function readListener(owner: ListenerOwner, spec: ListenerSpec, index: number, lookup: ListenerLookup): ListenerRow {
  const fitting = kindsFor(spec);
  const { kinds } = spec.allowedRoutes;
  const usable = kinds.filter(({ group, kind }) => group === gatewayGroup && fitting?.includes(kind) === true);
  const certificates = readCertificates(owner, spec, lookup);
  const clients = spec.protocol === 'HTTPS' ? lookup.clients(spec.port) : {};
  const kindObjection =
    usable.length < kinds.length
      ? holdsNot(
          'ResolvedRefs',
          'InvalidRouteKinds',
          `Routes of the kinds ${kinds.map(({ kind }) => kind).join(', ')} cannot all be served here.`,
        )
      : undefined;
  return {
    key: listenerRowKey(owner, spec.name),
    owner,
    field: `spec.listeners[${index}]`,
    spec,
    hostname: normal(spec.hostname),
    supportedKinds: kinds.length === 0 ? (fitting ?? []).map((kind) => ({ group: gatewayGroup, kind })) : usable,
    certificates: certificates.keys,
    ...(clients.clients === undefined ? {} : { clients: clients.clients }),
    accepted: clients.accepted ?? acceptance(spec, fitting !== undefined, lookup),
    resolvedRefs: kindObjection ?? certificates.objection ?? clients.resolvedRefs ?? holds('ResolvedRefs'),
  };
}

function acceptance({ protocol, port }: ListenerSpec, supported: boolean, { portOwner }: ListenerLookup): ConditionDraft {
  if (!supported) return holdsNot('Accepted', 'UnsupportedProtocol', `The protocol ${protocol} is not supported.`);
  const owner = portOwner(port, protocol === 'UDP' ? 'udp' : 'tcp');
  if (owner === undefined) return holds('Accepted');
  const message = `Port ${port} is for ${owner}: choose another one, or run Naru with --gateway-address-pool.`;
  return holdsNot('Accepted', 'PortUnavailable', message);
}

/** Whether the listener needs certificates of its own. */
export function endsTls({ protocol, tls }: ListenerSpec): boolean {
  return protocol === 'HTTPS' || (protocol === 'TLS' && tls?.mode !== 'Passthrough');
}

function readCertificates(
  owner: ListenerOwner,
  spec: ListenerSpec,
  lookup: ListenerLookup,
): { readonly keys: readonly Key[]; readonly objection?: ConditionDraft } {
  if (!endsTls(spec)) return { keys: [] };
  const refuse = (reason: string, message: string): ConditionDraft => holdsNot('ResolvedRefs', reason, message);
  const references = spec.tls?.certificateRefs ?? [];
  if (references.length === 0)
    return { keys: [], objection: refuse('InvalidCertificateRef', 'It names no certificate: add "certificateRefs".') };
  const found = references.map(({ group, kind, name, namespace = owner.metadata.namespace }): { key?: Key; objection?: ConditionDraft } => {
    const key = objectKey(namespace, name);
    if (group !== '' || kind !== 'Secret')
      return { objection: refuse('InvalidCertificateRef', `A certificate of kind ${kind} cannot be used: name a Secret.`) };
    if (!lookup.mayRefer(owner, { group, kind, namespace, name }))
      return { objection: refuse('RefNotPermitted', `No ReferenceGrant of namespace ${namespace} allows to use Secret ${key}.`) };
    const row = lookup.certificate(key);
    if (row?.ok === true) return { key };
    return { objection: refuse('InvalidCertificateRef', row === undefined ? `There is no Secret ${key}.` : `${row.message} ${row.fix}`) };
  });
  const objection = found.find((one) => one.objection !== undefined)?.objection;
  return { keys: found.flatMap(({ key }) => key ?? []), ...(objection === undefined ? {} : { objection }) };
}
