import { credentials, experimental } from '@grpc/grpc-js';
import type { ChannelCredentials } from '@grpc/grpc-js';
import { readTlsFiles, type TlsFiles, WatchedTlsFiles } from '../ads/tls-files.ts';
import { AuthzServer } from '../authz/server.ts';
import type { AuthzSettings } from '../settings.ts';
import { stopSignal } from './servers/stop-signal.ts';
import { UsageError } from './usage-error.ts';

/** Checks passwords for the Envoy beside it until it is asked to stop. */
export async function authz(settings: AuthzSettings): Promise<void> {
  const { fleet, nodeId, adsTarget, listen } = settings;
  const stopped = stopSignal();
  const log = (sentence: string): void => void process.stderr.write(`${sentence}\n`);
  const server = new AuthzServer({
    listen,
    target: adsTarget,
    credentials: channelCredentials(settings, log),
    node: { id: nodeId, cluster: fleet },
    onTrouble: log,
  });
  try {
    process.stdout.write(`authz ${await server.start()}\n`);
    await stopped;
  } finally {
    server.stop();
  }
}

/** The same three files as an Envoy's, read again when they change; without them nothing is encrypted. */
function channelCredentials(settings: AuthzSettings, log: (sentence: string) => void): ChannelCredentials {
  const { adsTlsCert: certificate, adsTlsKey: privateKey, adsTlsCa: clientCa } = settings;
  if (certificate === undefined && privateKey === undefined && clientCa === undefined) return credentials.createInsecure();
  if (certificate === undefined || privateKey === undefined || clientCa === undefined) {
    throw new UsageError('--ads-tls-cert, --ads-tls-key and --ads-tls-ca go together: give all three.');
  }
  const watched = new WatchedTlsFiles(readable({ certificate, privateKey, clientCa }), log);
  return experimental.createCertificateProviderChannelCredentials(watched, watched);
}

function readable(files: TlsFiles): TlsFiles {
  try {
    readTlsFiles(files);
    return files;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}
