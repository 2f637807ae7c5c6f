import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { firstValueFrom } from 'rxjs';
import { credentials } from '@grpc/grpc-js';
import { AuthzServer } from '../authz/server.ts';
import { withBuiltInClass } from '../dev/built-in-class.ts';
import { withEchoBackends } from '../dev/echo-backends.ts';
import { EnvoyProcess } from '../dev/envoy-process.ts';
import { findEnvoy } from '../dev/find-envoy.ts';
import { untilListening } from '../dev/listening.ts';
import { choosePort } from '../dev/ports.ts';
import { Folder } from '../kube/folder.ts';
import { ControlPlane } from '../runtime/control-plane.ts';
import { makeDefaultCertificate } from '../runtime/default-certificate.ts';
import type { DevSettings } from '../settings.ts';
import { DevReport, type DevPorts } from './dev/dev-report.ts';
import { Failure } from './servers/failure.ts';
import { freshEnvoys } from './servers/fresh-envoy.ts';
import { ingressOptions } from './ingress-options.ts';
import { packageVersion } from './package-version.ts';
import { requireFolder } from './files/require-path.ts';
import { stopSignal } from './servers/stop-signal.ts';
import { UsageError } from './usage-error.ts';
import { liveWhy } from './why/live.ts';

const host = '127.0.0.1';

/** Serves a folder with a local Envoy until it is asked to stop. */
export async function dev(dir: string, settings: DevSettings): Promise<void> {
  requireFolder(dir);
  const stopped = stopSignal();
  const envoy = await findEnvoy();
  if (!envoy.found) throw new UsageError(envoy.message);
  const ports = await choosePorts(settings);
  const folder = new Folder(dir);
  const report = new DevReport({ dir, locate: (...place) => folder.locate(...place), envoy, ports });
  const sockets = mkdtempSync(join(tmpdir(), 'naru-dev-'));
  const ads = join(sockets, 'ads.sock');
  const authz = join(sockets, 'authz.sock');
  const ended = new AbortController();
  const failure = new Failure();
  let serving = false;
  const build = await buildOptions(settings, ports, authz);
  const controlPlane: ControlPlane = new ControlPlane({
    build,
    events: folder.events().pipe(withBuiltInClass(settings.ingressClass, settings.controllerClass), withEchoBackends()),
    ads: { host: `unix:${ads}`, port: 0 },
    debug: { host, port: ports.debug, why: liveWhy(build, settings, () => controlPlane.build.world) },
    startEnvoy: freshEnvoys(envoy.path),
    version: packageVersion(),
    onPass: (pass) => report.passed(pass),
    onFailure: failure.fail,
    checks: () => [{ name: 'envoy', ok: serving, message: serving ? 'serving' : 'the local Envoy has not accepted a snapshot yet' }],
  });
  const accepted = controlPlane.ads.accepted.subscribe((event) => report.accepted(event));
  const first = firstValueFrom(controlPlane.ads.accepted);
  let local: EnvoyProcess | undefined;
  const helper = helperBeside(ads, authz, settings.fleet);
  try {
    await controlPlane.start();
    await helper.start();
    local = EnvoyProcess.start({
      envoy: envoy.path,
      bootstrap: bootstrapOptions(settings, ports, ads),
      onEvent: (event) => report.envoy(event),
    });
    const announce = async (): Promise<void> => {
      const event = await first;
      await untilListening(host, ports.http, ended.signal);
      serving = true;
      report.serving(event, controlPlane.build);
    };
    announce().catch(failure.fail);
    await Promise.race([stopped, failure.promise]);
  } finally {
    ended.abort();
    accepted.unsubscribe();
    report.stopping();
    await local?.stop();
    helper.stop();
    await controlPlane.stop();
    rmSync(sockets, { recursive: true, force: true });
  }
}

async function choosePorts(settings: DevSettings): Promise<DevPorts> {
  const { httpPort, httpsPort, debugPort, envoyAdminPort } = settings;
  const http = await choosePort(httpPort, host);
  const https = await choosePort(httpsPort, host);
  const debug = await choosePort(debugPort, host);
  return { http, https, debug, ...(envoyAdminPort === undefined ? {} : { admin: await choosePort(envoyAdminPort, host) }) };
}

/** In this process: the folder is one person's. The control plane cannot be gone while it is here. */
function helperBeside(ads: string, socket: string, fleet: string): AuthzServer {
  return new AuthzServer({
    listen: `unix:${socket}`,
    target: `unix:${ads}`,
    credentials: credentials.createInsecure(),
    node: { id: 'authz-local', cluster: fleet },
    allowLoopback: true,
    onTrouble: () => {},
  });
}

async function buildOptions(settings: DevSettings, ports: DevPorts, authz: string) {
  const defaultCertificate = await makeDefaultCertificate(['localhost', '*.localhost']);
  return {
    fleet: settings.fleet,
    ingress: ingressOptions(settings, { inFolder: true, httpPort: ports.http, https: { port: ports.https, named: true } }),
    listen: {
      address: host,
      httpPort: ports.http,
      httpsPort: ports.https,
      publicPorts: { http: ports.http, https: ports.https },
      authz: { path: authz },
      defaultCertificate,
    },
  };
}

function bootstrapOptions(settings: DevSettings, { admin }: DevPorts, ads: string) {
  return {
    nodeId: 'local',
    cluster: settings.fleet,
    adsAddress: { path: ads },
    ...(admin === undefined ? {} : { admin: { host, port: admin } }),
  };
}
