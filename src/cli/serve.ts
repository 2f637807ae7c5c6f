import type { Logger } from 'pino';
import { merge, type Observable, share, type Subscription, tap } from 'rxjs';
import { watchCluster } from '../kube/cluster.ts';
import { connect, type Connection, NoApiServer } from '../kube/connection.ts';
import type { KubeEvent } from '../kube/event.ts';
import { AccessReviews } from '../kube/review-access.ts';
import type { Kind } from '../kube/objects.ts';
import { Outage } from '../kube/api/outage.ts';
import type { RestartReason } from '../kube/reflector.ts';
import { namedConfigMaps } from '../kube/named-config-maps.ts';
import { watchNamed } from '../kube/watch-named.ts';
import { configReferences } from '../ingress/config/references.ts';
import { printSource } from '../model/source.ts';
import type { BuildOptions, Pass } from '../runtime/build.ts';
import { ControlPlane } from '../runtime/control-plane.ts';
import { makeDefaultCertificate } from '../runtime/default-certificate.ts';
import { keptDefaultCertificate } from '../runtime/kept-certificate.ts';
import type { StatusReporting } from '../runtime/status-reporting.ts';
import type { ServeSettings } from '../settings.ts';
import type { Address } from '../settings/values.ts';
import { adsLimits } from './servers/ads-limits.ts';
import { adsTls } from './servers/ads-security.ts';
import { Failure } from './servers/failure.ts';
import { freshEnvoys } from './servers/fresh-envoy.ts';
import { ingressOptions } from './ingress-options.ts';
import { packageVersion } from './package-version.ts';
import { envoysOf, reportStatus } from './servers/report-status.ts';
import { openLog } from './servers/serve-log.ts';
import { liveWhy } from './why/live.ts';
import { spareMemory } from './servers/spare-memory.ts';
import { stopSignal } from './servers/stop-signal.ts';
import { UsageError } from './usage-error.ts';

/** Serves a cluster's Ingresses to its Envoys until it is asked to stop. Logs one JSON object a line. */
export async function serve(settings: ServeSettings): Promise<void> {
  requireNode(22, 19);
  spareMemory();
  const stopped = stopSignal();
  const { log, levels } = openLog(settings.logLevel);
  const { adsAddress, debugAddress, kubeconfig, context } = settings;
  const tls = adsTls(settings, (line) => log.naru.warn({ address: printAddress(adsAddress) }, line));
  if (settings.watchNamespace !== undefined && settings.watchNamespaceSelector !== undefined)
    throw new UsageError('--watch-namespace and --watch-namespace-selector exclude each other.');
  if (settings.stateKeys && settings.stateDir === undefined) throw new UsageError('--state-keys needs --state-dir.');
  const connection = await connect({ kubeconfig, context }).catch((error: unknown) => {
    throw error instanceof NoApiServer ? new UsageError(error.message) : error;
  });
  log.naru.info({ version: packageVersion(), server: connection.server }, `watching ${connection.description}`);
  const reviews = new AccessReviews(connection);
  const failure = new Failure();
  const build = await buildOptions(settings, envoysOf(settings, connection).namespace, (line) => log.naru.warn(line));
  const controlPlane: ControlPlane = new ControlPlane({
    build,
    events: watchAll(connection, settings, log.kube, (kind, reason) => controlPlane.watchRestarted(kind, reason)),
    ads: { ...adsAddress, ...(tls === undefined ? {} : { tls }), limits: adsLimits(settings) },
    debug: {
      ...debugAddress,
      review: (...asked) => reviews.review(...asked),
      profiling: settings.enableProfiling,
      logLevels: levels,
      why: liveWhy(build, settings, () => controlPlane.build.world),
    },
    ...(settings.proofEnvoy === undefined ? {} : { proofEnvoy: settings.proofEnvoy }),
    startEnvoy: settings.coldProofEnvoy === undefined ? undefined : freshEnvoys(settings.coldProofEnvoy),
    version: packageVersion(),
    onPass: (pass) => {
      logPass(pass, log.snapshot);
      status.passed(pass);
    },
    onTrouble: (line) => log.envoys.warn(line),
    onFailure: failure.fail,
    ...(settings.stateDir === undefined ? {} : { lastGood: { folder: settings.stateDir, keys: settings.stateKeys } }),
    leader: () => status.leading,
  });
  const status = reportStatus(settings, controlPlane, connection, log.status);
  const answers = followEnvoys(controlPlane, status, log.envoys);
  try {
    const { adsPort, debugPort } = await controlPlane.start();
    log.naru.info(
      { ads: printAddress({ ...adsAddress, port: adsPort }), debug: printAddress({ ...debugAddress, port: debugPort }) },
      'listening',
    );
    status.start();
    await Promise.race([stopped, failure.promise]);
    log.naru.info('stopping; Envoys keep what they have');
  } finally {
    answers.unsubscribe();
    await status.stop();
    await controlPlane.stop();
  }
}

async function buildOptions(settings: ServeSettings, envoyNamespace: string, log: (line: string) => void): Promise<BuildOptions> {
  const { fleet, listenAddress, httpPort, httpsPort, authzAddress: authz, stateDir, stateKeys } = settings;
  // With a folder for private keys the default certificate stays the same.
  const defaultCertificate =
    stateDir !== undefined && stateKeys ? await keptDefaultCertificate(stateDir, log) : await makeDefaultCertificate();
  return {
    fleet,
    ingress: ingressOptions(settings, { inFolder: false, httpPort, https: { port: httpsPort, named: false } }),
    gateway: {
      controllerName: settings.gatewayController,
      address: listenAddress,
      ...(settings.gatewayAddressPool === undefined ? {} : { addressPool: settings.gatewayAddressPool }),
      ...(settings.gatewayPorts === undefined ? {} : { loadBalancers: { namespace: envoyNamespace, ports: settings.gatewayPorts } }),
    },
    listen: { address: listenAddress, httpPort, httpsPort, authz, defaultCertificate },
  };
}

function watchAll(
  connection: Connection,
  settings: ServeSettings,
  log: Logger,
  onRestart: (kind: string, reason: RestartReason) => void,
): Observable<KubeEvent> {
  const { watchNamespace, watchNamespaceSelector, secretAccess, publishService, defaultSslCertificate } = settings;
  const onTrouble = (kind: string, sentence: string): void => log.warn({ kind }, sentence);
  const onWell = (kind: string): void => log.info({ kind }, 'the API server answers again');
  const outage = new Outage();
  const cluster = watchCluster(connection, {
    namespace: watchNamespace,
    namespaceSelector: watchNamespaceSelector,
    secretAccess,
    always: [...named('Service', publishService), ...named('Secret', defaultSslCertificate)],
    outage,
    onTrouble,
    onWell,
    onRestart,
  }).pipe(share());
  const mapNames = [settings.configmap, settings.tcpServicesConfigmap, settings.udpServicesConfigmap];
  const configMaps = watchNamed(connection, 'ConfigMap', [...new Set(mapNames.filter((name) => name !== undefined))], {
    referencesOf: (object) => (object.kind === 'ConfigMap' ? configReferences(object.data) : []),
    further: namedConfigMaps(cluster),
    outage,
    onTrouble: (sentence) => onTrouble('ConfigMap', sentence),
    onWell: () => onWell('ConfigMap'),
    onRestart: (reason) => onRestart('ConfigMap', reason),
  });
  // In this order: whatever the cluster says is heard by both.
  return merge(configMaps, cluster).pipe(tap((event) => logEvent(event, log)));
}

function named(kind: Kind, key: string | undefined): readonly { readonly kind: Kind; readonly key: string }[] {
  return key === undefined ? [] : [{ kind, key }];
}

function followEnvoys({ ads }: ControlPlane, status: StatusReporting, log: Logger): Subscription {
  const subscription = ads.acknowledgements.subscribe(({ proxy, type, names, snapshot, refusal, tookMs }) => {
    const about = { proxy, type, names: names.slice(0, 20), snapshot };
    if (refusal === undefined) log.debug({ ...about, ms: Math.round(tookMs) }, 'an Envoy took what it was sent');
    else log.error({ code: 'NR701', ...about, refusal }, 'an Envoy refused a resource');
  });
  subscription.add(
    ads.accepted.subscribe((event) => {
      log.info(event, 'snapshot accepted');
      status.accepted();
    }),
  );
  return subscription;
}

function logEvent(event: KubeEvent, log: Logger): void {
  if (event.type === 'upsert' || event.type === 'delete')
    log.debug(
      { object: `${event.kind} ${event.key}`, ...(event.type === 'upsert' && event.by !== undefined ? { by: event.by.manager } : {}) },
      event.type,
    );
}

function logPass({ snapshot, cause, newProblems, timing }: Pass, log: Logger): void {
  const took = timing === undefined ? {} : { ms: Math.round(timing.end - timing.start) };
  for (const { code, severity, source, message, done, fix } of newProblems) {
    const level = severity === 'error' ? 'error' : severity === 'warning' ? 'warn' : 'info';
    log[level]({ code, source: printSource(source), done, fix }, message);
  }
  if (snapshot === undefined) log.debug({ cause, ...took }, 'nothing changes for Envoys');
  else log.info({ snapshot: snapshot.number, hash: snapshot.hash, cause, changes: snapshot.summary, ...took }, 'snapshot');
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
