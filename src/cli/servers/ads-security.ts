import { isIP } from 'node:net';
import { readTlsFiles, type TlsFiles } from '../../ads/tls-files.ts';
import type { ServeSettings } from '../../settings.ts';
import type { Address } from '../../settings/values.ts';
import { UsageError } from '../usage-error.ts';

type AdsSettings = Pick<ServeSettings, 'adsAddress' | 'adsTlsCert' | 'adsTlsKey' | 'adsTlsClientCa' | 'adsInsecure'>;

/**
 * The files that protect ADS; undefined when it is not encrypted. ADS carries private keys, and whoever speaks it gets them,
 * so without TLS it stays on this machine unless it is explicitly let out.
 *
 * @throws UsageError when that is not what the flags say, or the files are of no use.
 */
export function adsTls(settings: AdsSettings, warn: (line: string) => void = () => {}): TlsFiles | undefined {
  const { adsAddress, adsTlsCert, adsTlsKey, adsTlsClientCa, adsInsecure } = settings;
  if (adsTlsCert !== undefined && adsTlsKey !== undefined && adsTlsClientCa !== undefined) {
    const files = { certificate: adsTlsCert, privateKey: adsTlsKey, clientCa: adsTlsClientCa };
    try {
      readTlsFiles(files);
    } catch (error) {
      throw new UsageError(error instanceof Error ? error.message : String(error));
    }
    return files;
  }
  if (adsTlsCert !== undefined || adsTlsKey !== undefined || adsTlsClientCa !== undefined) {
    throw new UsageError('--ads-tls-cert, --ads-tls-key and --ads-tls-client-ca go together: give all three.');
  }
  if (isLoopback(adsAddress)) return undefined;
  if (adsInsecure) {
    warn('ADS is not encrypted and carries private keys: let only Envoys reach it');
    return undefined;
  }
  throw new UsageError(
    `ADS carries private keys, and other machines can reach ${adsAddress.host}: give --ads-tls-cert, --ads-tls-key and ` +
      '--ads-tls-client-ca, or --ads-insecure to serve it unencrypted to whoever asks.',
  );
}

function isLoopback({ host }: Address): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
