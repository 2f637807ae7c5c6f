import { hash } from 'node:crypto';
import type { Secret } from '../../kube/objects.ts';
import type { BackendSecret } from '../../model/backend-secret.ts';
import { problem, type Problem } from '../../model/problem.ts';
import type { Source } from '../../model/source.ts';
import type { UpstreamPolicy } from '../../model/upstream-policy.ts';
import type { OnFailure } from '../../store/derived-table.ts';
import { deriving } from '../../store/deriving.ts';
import { IndexTable } from '../../store/index-table.ts';
import type { FollowingTable, Key, Table } from '../../store/table.ts';
import type { World } from '../../store/world.ts';
import type { AccessReading } from '../access/access.ts';
import { readAuthorities } from '../tls/authorities.ts';
import { readCertificate } from '../tls/certificate.ts';
import { sourceOf } from '../source-of.ts';

export type BackendSecretReading =
  | { readonly ok: true; readonly secret: BackendSecret }
  | { readonly ok: false; readonly message: string; readonly fix: string };

/** As getPemCertificate of ingress-nginx's controller/store/backend_ssl.go: a certificate with its key, or authorities, or both. */
export function readBackendSecret(key: Key, secret: Secret | undefined): BackendSecretReading {
  if (secret === undefined) return { ok: false, message: `There is no Secret ${key}.`, fix: 'Create it, or correct the name.' };
  const { 'tls.crt': chain, 'tls.key': privateKey, 'ca.crt': ca } = secret.data;
  const certificate = chain === undefined || privateKey === undefined ? undefined : readCertificate(key, secret);
  if (certificate?.ok === false) return { ok: false, message: certificate.message, fix: certificate.fix };
  const authorities = ca === undefined ? undefined : readAuthorities(ca.toString('latin1'));
  if (ca !== undefined && authorities === undefined) {
    return { ok: false, message: `ca.crt of Secret ${key} holds no certificates that can be read.`, fix: 'Put them there as PEM.' };
  }
  if (certificate === undefined && authorities === undefined) {
    return {
      ok: false,
      message: `Secret ${key} has neither tls.crt with tls.key nor ca.crt.`,
      fix: 'Put the one that is needed there, or both.',
    };
  }
  const own = certificate && { chain: certificate.certificate.chain, privateKey: certificate.certificate.privateKey };
  const all = `${certificate?.certificate.fingerprint ?? ''} ${authorities ?? ''}`;
  return {
    ok: true,
    secret: {
      key,
      ...(own === undefined ? {} : { certificate: own }),
      ...(authorities === undefined ? {} : { authorities }),
      ...{ fingerprint: hash('sha256', all, 'hex'), sources: [sourceOf(secret)] },
    },
  };
}

/** The Secret that a policy names for TLS with backends. */
export function backendSecretOf({ tls }: UpstreamPolicy): Key | undefined {
  return tls?.certificate ?? tls?.verify?.authorities;
}

/** Whether that Secret holds what the policy needs. `source`: the annotation that names it. */
export function checkBackendSecret(policy: UpstreamPolicy, source: Source, secretOf: (key: Key) => Secret | undefined): AccessReading {
  const key = backendSecretOf(policy);
  if (key === undefined) return { denied: false, problems: [] };
  const reading = readBackendSecret(key, secretOf(key));
  const refuse = (message: string, fix: string): AccessReading => {
    const problems: readonly Problem[] = [problem('NR406', source, { message, done: 'The paths of this Ingress answer 503.', fix })];
    return { denied: true, problems };
  };
  if (!reading.ok) return refuse(reading.message, reading.fix);
  if (policy.tls?.verify === undefined || reading.secret.authorities !== undefined) return { denied: false, problems: [] };
  return refuse(
    `Secret ${key} has no key ca.crt, which proxy-ssl-verify needs.`,
    'Put the certificates there that may have issued those of pods.',
  );
}

/** A policy without the certificate that its Secret does not have. */
export function withSecret(policy: UpstreamPolicy, secretOf: (key: Key) => BackendSecret | undefined): UpstreamPolicy {
  const { tls } = policy;
  if (tls?.certificate === undefined || secretOf(tls.certificate)?.certificate !== undefined) return policy;
  const { certificate: _, ...others } = tls;
  return { ...policy, tls: others };
}

/** The Secrets that any Ingress names for TLS with its backends. */
export function backendSecretTables<R>(
  world: World,
  rows: Table<R>,
  namedBy: (row: R) => readonly Key[],
  onFailure: OnFailure,
): { readonly backendSecrets: Table<BackendSecret>; readonly tables: readonly FollowingTable<unknown>[] } {
  const refs = new IndexTable('backendSecretRefs', rows, namedBy);
  const derive = deriving(onFailure);
  const backendSecrets = derive('backendSecrets', refs, (_, read, key) => {
    const reading = readBackendSecret(key, read.get(world.objects.Secret, key));
    return reading.ok ? reading.secret : undefined;
  });
  return { backendSecrets, tables: [refs, backendSecrets] };
}
