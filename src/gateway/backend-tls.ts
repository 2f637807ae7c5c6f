import { hash } from 'node:crypto';
import { sourceOf } from '../ingress/source-of.ts';
import type { BackendTLSPolicy } from '../kube/gateway-objects.ts';
import type { ConditionDraft } from '../kube/status-draft.ts';
import type { BackendSecret } from '../model/backend-secret.ts';
import { problem, type Problem } from '../model/problem.ts';
import type { SubjectName, UpstreamTls } from '../model/upstream-tls.ts';
import type { Key } from '../store/table.ts';
import { type AuthorityLookup, type AuthorityObjection, readAuthorityRefs } from './authority-refs.ts';
import { holds, holdsNot } from './condition.ts';

/** A BackendTLSPolicy without what programs wrote into its status. */
export type BackendTlsText = Pick<BackendTLSPolicy, 'kind' | 'metadata' | 'spec'>;

/** What a policy asks for, by itself. */
export interface BackendTlsRow {
  readonly key: Key;
  readonly policy: BackendTlsText;
  /** Absent: it cannot be had, so that nothing is sent to backends that the policy is for. */
  readonly tls?: UpstreamTls;
  /** Absent: those of the proxy's system. */
  readonly authorities?: BackendSecret;
  readonly accepted: ConditionDraft;
  readonly resolvedRefs: ConditionDraft;
  readonly problems: readonly Problem[];
}

/** https://gateway-api.sigs.k8s.io/api-types/backendtlspolicy/ */
export function readBackendTls(key: Key, policy: BackendTlsText, lookup: AuthorityLookup): BackendTlsRow {
  const { validation } = policy.spec;
  const { caCertificateRefs: refs, wellKnownCACertificates: wellKnown } = validation;
  if (refs.length === 0) return byWellKnown(key, policy, wellKnown);
  const { trusted, objections } = readAuthorityRefs(refs, policy.metadata.namespace, lookup);
  const conditions = { resolvedRefs: resolution(objections), problems: problemsOf(policy, objections, trusted !== undefined) };
  if (trusted === undefined) {
    const message = objections.map((one) => one.message).join(' ');
    return { key, policy, accepted: holdsNot('Accepted', 'NoValidCACertificate', message), ...conditions };
  }
  const secret = `BackendTLSPolicy ${key}`;
  const authorities: BackendSecret = {
    key: secret,
    authorities: trusted,
    fingerprint: hash('sha256', trusted, 'hex'),
    sources: [sourceOf(policy)],
  };
  return { key, policy, tls: tlsOf(policy, secret), authorities, accepted: holds('Accepted'), ...conditions };
}

function byWellKnown(key: Key, policy: BackendTlsText, wellKnown: string | undefined): BackendTlsRow {
  const common = { key, policy, resolvedRefs: holds('ResolvedRefs') };
  if (wellKnown === 'System') return { ...common, tls: tlsOf(policy), accepted: holds('Accepted'), problems: [] };
  const message =
    wellKnown === undefined
      ? 'It names no certificates of authorities: add "caCertificateRefs".'
      : `Well-known certificates called ${wellKnown} are not known: write System.`;
  const problems = problemsOf(policy, [{ message }], false);
  return { ...common, accepted: holdsNot('Accepted', 'Invalid', message), problems };
}

/** The names besides the hostname take its place: then it is only what is asked for. */
function tlsOf({ spec: { validation } }: BackendTlsText, authorities?: Key): UpstreamTls {
  const { hostname, subjectAltNames } = validation;
  const names = subjectAltNames.flatMap(({ type, hostname: dns = '', uri = '' }): SubjectName[] =>
    type === 'URI' ? [{ type: 'uri', name: uri }] : [{ type: 'dns', name: dns.toLowerCase() }],
  );
  return {
    verify: { ...(authorities === undefined ? {} : { authorities }), name: names.length === 0 ? hostname : names },
    serverName: hostname,
  };
}

function resolution(objections: readonly AuthorityObjection[]): ConditionDraft {
  const [first] = objections;
  if (first === undefined) return holds('ResolvedRefs');
  const message = objections.map((one) => one.message).join(' ');
  return holdsNot('ResolvedRefs', first.fault === 'kind' ? 'InvalidKind' : 'InvalidCACertificateRef', message);
}

function problemsOf(
  { kind, metadata: { namespace, name } }: BackendTlsText,
  objections: readonly Pick<AuthorityObjection, 'message'>[],
  usable: boolean,
): readonly Problem[] {
  const source = { kind, namespace, name, field: 'spec.validation' };
  const done = usable ? 'The other certificates are used.' : 'Requests to its backends are answered with 500.';
  return objections.map(({ message }) => problem('NR602', source, { message, done }));
}
