import { merge } from 'rxjs';
import { pino } from 'pino';
import { connect, NoApiServer } from '../kube/connection.ts';
import { kindNames } from '../kube/kinds.ts';
import { watchKind } from '../kube/watch.ts';
import { printSource } from '../model/source.ts';
import type { Pass } from '../runtime/build.ts';
import { ControlPlane } from '../runtime/control-plane.ts';
import { makeDefaultCertificate, type SelfSigned } from '../runtime/default-certificate.ts';
import { keptDefaultCertificate } from '../runtime/kept-certificate.ts';
import type { Address, ServeSettings } from '../settings.ts';
import { adsTls } from './ads-security.ts';
import { Failure } from './failure.ts';
import { ingressOptions } from './ingress-options.ts';
import { packageVersion } from './package-version.ts';
import { stopSignal } from './stop-signal.ts';
import { UsageError } from './usage-error.ts';

/** Serves a cluster's Ingresses to its Envoys until it is asked to stop. Logs one JSON object a line. */
export async function serve(settings: ServeSettings): Promise<void> {
  requireNode(22, 19);
  const stopped = stopSignal();
  const log = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime, formatters: { level: (level) => ({ level }) } });
  const { adsAddress, debugAddress, kubeconfig, context, watchNamespace } = settings;
  const tls = adsTls(settings, (line) => log.warn({ address: printAddress(adsAddress) }, line));
  if (settings.stateKeys && settings.stateDir === undefined) throw new UsageError('--state-keys needs --state-dir.');
  const connection = await connect({ kubeconfig, context }).catch((error: unknown) => {
    throw error instanceof NoApiServer ? new UsageError(error.message) : error;
  });
  log.info({ version: packageVersion(), server: connection.server }, `watching ${connection.description}`);
  if (settings.configmap !== undefined) log.warn({ configmap: settings.configmap }, 'no key of the ConfigMap is read yet');
  const failure = new Failure();
  const watches = kindNames.map((kind) =>
    watchKind(connection, kind, {
      namespace: watchNamespace,
      onTrouble: (sentence) => log.warn({ kind }, sentence),
      onWell: () => log.info({ kind }, 'the API server answers again'),
    }),
  );
  const controlPlane = new ControlPlane({
    build: {
      fleet: settings.fleet,
      ingress: ingressOptions(settings, { inFolder: false }),
      listen: {
        address: settings.listenAddress,
        httpPort: settings.httpPort,
        httpsPort: settings.httpsPort,
        defaultCertificate: await defaultCertificate(settings, (line) => log.warn(line)),
      },
    },
    events: merge(...watches),
    ads: { ...adsAddress, ...(tls === undefined ? {} : { tls }) },
    debug: debugAddress,
    ...(settings.proofEnvoy === undefined ? {} : { proofEnvoy: settings.proofEnvoy }),
    version: packageVersion(),
    onPass: (pass) => logPass(pass, log),
    onTrouble: (line) => log.warn(line),
    onFailure: failure.fail,
    ...(settings.stateDir === undefined ? {} : { lastGood: { folder: settings.stateDir, keys: settings.stateKeys } }),
  });
  const answers = controlPlane.ads.acknowledgements.subscribe(({ proxy, type, names, snapshot, refusal }) => {
    if (refusal !== undefined)
      log.error({ code: 'NR701', proxy, type, names: names.slice(0, 20), snapshot, refusal }, 'an Envoy refused a resource');
  });
  const accepted = controlPlane.ads.accepted.subscribe((event) => log.info(event, 'snapshot accepted'));
  try {
    const { adsPort, debugPort } = await controlPlane.start();
    log.info(
      { ads: printAddress({ ...adsAddress, port: adsPort }), debug: printAddress({ ...debugAddress, port: debugPort }) },
      'listening',
    );
    await Promise.race([stopped, failure.promise]);
    log.info('stopping; Envoys keep what they have');
  } finally {
    answers.unsubscribe();
    accepted.unsubscribe();
    await controlPlane.stop();
  }
}

/** With a folder for private keys it stays the same. */
function defaultCertificate({ stateDir, stateKeys }: ServeSettings, log: (line: string) => void): Promise<SelfSigned> {
  return stateDir !== undefined && stateKeys ? keptDefaultCertificate(stateDir, log) : makeDefaultCertificate();
}

function logPass({ snapshot, cause, newProblems }: Pass, log: pino.Logger): void {
  for (const { code, severity, source, message, done, fix } of newProblems) {
    const level = severity === 'error' ? 'error' : severity === 'warning' ? 'warn' : 'info';
    log[level]({ code, source: printSource(source), done, fix }, message);
  }
  if (snapshot !== undefined) log.info({ snapshot: snapshot.number, hash: snapshot.hash, cause, changes: snapshot.summary }, 'snapshot');
}

/** The Kubernetes client needs more than the rest of Naru does. */
function requireNode(major: number, minor: number): void {
  const [ours = 0, oursMinor = 0] = process.versions.node.split('.').map(Number);
  if (ours > major || (ours === major && oursMinor >= minor)) return;
  throw new UsageError(`naru serve needs Node ${major}.${minor} or newer; this is Node ${process.versions.node}.`);
}

function printAddress({ host, port }: Address): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
