import type { BackendSecretReading } from '../ingress/backends/backend-secret.ts';
import { objectKey } from '../kube/event.ts';
import type { Gateway } from '../kube/gateway-objects.ts';
import type { ConditionDraft } from '../kube/status-draft.ts';
import type { Key } from '../store/table.ts';
import { holds, holdsNot } from './condition.ts';
import type { Referred } from './grants.ts';

/** The certificate that a Gateway shows to backends with TLS. */
export interface BackendCertificate {
  /** Of the Secret; absent: it cannot be used, and none is shown. */
  readonly secret?: Key;
  readonly resolvedRefs: ConditionDraft;
}

export interface SecretLookup {
  readonly secret: (key: Key) => BackendSecretReading | undefined;
  readonly mayRefer: (to: Referred) => boolean;
}

/** The Secret that a Gateway names; whether it may is decided later. */
export function backendCertificateOf({ metadata, spec }: Pick<Gateway, 'metadata' | 'spec'>): Key | undefined {
  const ref = spec.tls?.backend?.clientCertificateRef;
  return ref?.group === '' && ref.kind === 'Secret' ? objectKey(ref.namespace ?? metadata.namespace, ref.name) : undefined;
}

/** Undefined: it names none. https://gateway-api.sigs.k8s.io/reference/spec/#gatewaybackendtls */
export function readBackendCertificate(gateway: Pick<Gateway, 'metadata' | 'spec'>, lookup: SecretLookup): BackendCertificate | undefined {
  const ref = gateway.spec.tls?.backend?.clientCertificateRef;
  if (ref === undefined) return undefined;
  const refuse = (reason: string, message: string) => ({ resolvedRefs: holdsNot('ResolvedRefs', reason, message) });
  const { group, kind, name, namespace = gateway.metadata.namespace } = ref;
  const key = backendCertificateOf(gateway);
  if (key === undefined) return refuse('InvalidClientCertificateRef', `A certificate of kind ${kind} cannot be used: name a Secret.`);
  if (!lookup.mayRefer({ group, kind, namespace, name }))
    return refuse('RefNotPermitted', `No ReferenceGrant of namespace ${namespace} allows to use Secret ${key}.`);
  const reading = lookup.secret(key);
  if (reading?.ok === true && reading.secret.certificate !== undefined) return { secret: key, resolvedRefs: holds('ResolvedRefs') };
  const message = reading?.ok === false ? reading.message : `Secret ${key} holds no certificate with its key.`;
  return refuse('InvalidClientCertificateRef', message);
}
