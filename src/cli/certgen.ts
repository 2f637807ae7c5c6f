import { stringify } from 'yaml';
import { type CertificateAndKey, makeAdsCertificates } from '../runtime/ads-certificates.ts';

export interface CertgenSettings {
  readonly namespace: string;
  readonly fleet: string;
  readonly days: number;
  readonly gateways: boolean;
}

/** Prints the two Secrets that protect ADS, for `kubectl apply -f -`. Each run makes another authority, so that both sides need both. */
export async function certgen({ namespace, fleet, days, gateways }: CertgenSettings): Promise<void> {
  const names = ['naru', `naru.${namespace}`, `naru.${namespace}.svc`, `naru.${namespace}.svc.cluster.local`];
  const { authority, authorityKey, server, client } = await makeAdsCertificates(names, fleet, days);
  const secret = (name: string, { chain, privateKey }: CertificateAndKey): object => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name, namespace, labels: { 'app.kubernetes.io/part-of': 'naru' } },
    type: 'kubernetes.io/tls',
    stringData: { 'tls.crt': chain, 'tls.key': privateKey, 'ca.crt': authority },
  });
  const secrets = [secret('naru-ads-server', server), secret('naru-ads-client', client)];
  if (gateways) secrets.push(secret('naru-ads-authority', { chain: authority, privateKey: authorityKey }));
  process.stdout.write(secrets.map((one) => stringify(one)).join('---\n'));
}
