import type { ClientValidation, Gateway } from '../kube/gateway-objects.ts';
import type { ConditionDraft } from '../kube/status-draft.ts';
import type { ChainClients } from '../model/listener.ts';
import { type AuthorityLookup, type AuthorityObjection, readAuthorityRefs } from './authority-refs.ts';
import { holdsNot } from './condition.ts';

/** What a Gateway asks of the certificates of clients at a port. */
export interface ClientsReading {
  /** Absent: none are asked for, or what is asked for cannot be had. */
  readonly clients?: ChainClients;
  readonly resolvedRefs?: ConditionDraft;
  /** Nobody can be let in. */
  readonly accepted?: ConditionDraft;
}

const reasons: Readonly<Record<AuthorityObjection['fault'], string>> = {
  kind: 'InvalidCACertificateKind',
  grant: 'RefNotPermitted',
  content: 'InvalidCACertificateRef',
};

/** https://gateway-api.sigs.k8s.io/reference/spec/#frontendtlsvalidation */
export function readClients(
  { metadata, spec: { tls } }: Pick<Gateway, 'metadata' | 'spec'>,
  port: number,
  lookup: AuthorityLookup,
): ClientsReading {
  const validation = validationAt(tls, port);
  if (validation === undefined) return {};
  const { trusted, objections } = readAuthorityRefs(validation.caCertificateRefs, metadata.namespace, lookup);
  const [first] = objections;
  const message = objections.map((one) => one.message).join(' ');
  const resolvedRefs = first === undefined ? {} : { resolvedRefs: holdsNot('ResolvedRefs', reasons[first.fault], message) };
  if (trusted === undefined) {
    const nobody = message === '' ? 'It names no certificates of authorities: add "caCertificateRefs".' : message;
    return { ...resolvedRefs, accepted: holdsNot('Accepted', 'NoValidCACertificate', nobody) };
  }
  return { ...resolvedRefs, clients: { trusted, ...(validation.mode === 'AllowInsecureFallback' ? { optional: true } : {}) } };
}

/** What is said of a port takes the place of what is said of all. */
function validationAt(tls: Gateway['spec']['tls'], port: number): ClientValidation | undefined {
  const own = tls?.frontend?.perPort?.find((one) => one.port === port);
  return own === undefined ? tls?.frontend?.default?.validation : own.tls?.validation;
}

/** Whether clients without a good certificate are let in somewhere. */
export function letsAnybodyIn({ spec: { tls } }: Pick<Gateway, 'spec'>): boolean {
  const all = [tls?.frontend?.default, ...(tls?.frontend?.perPort ?? []).map((one) => one.tls)];
  return all.some((one) => one?.validation?.mode === 'AllowInsecureFallback');
}
