import type { Secret } from '../../src/kube/objects.ts';
import { makeDefaultCertificate, type SelfSigned } from '../../src/runtime/default-certificate.ts';
import { metadata } from './objects.ts';

const made = new Map<string, Promise<SelfSigned>>();

/** A self-signed certificate for these DNS names, the same one each time within a run. */
export function certificateFor(names: readonly string[]): Promise<SelfSigned> {
  const key = names.join(',');
  const known = made.get(key) ?? makeDefaultCertificate(names);
  made.set(key, known);
  return known;
}

/** One TLS Secret for each host, called after it. */
export function certificateSecrets(hosts: readonly string[]): Promise<Secret[]> {
  return Promise.all(
    hosts.map(async (host): Promise<Secret> => {
      const { chain, privateKey } = await certificateFor([host]);
      return {
        kind: 'Secret',
        metadata: metadata(host),
        type: 'kubernetes.io/tls',
        data: { 'tls.crt': Buffer.from(chain), 'tls.key': Buffer.from(privateKey) },
      };
    }),
  );
}
