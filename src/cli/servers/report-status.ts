import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type pino from 'pino';
import { packageRoot } from '../../dev/package-root.ts';
import { type EnvoyTemplate, readTemplate } from '../../infrastructure/template.ts';
import type { Connection } from '../../kube/connection.ts';
import { exactLabels } from '../../kube/label-selector.ts';
import type { ControlPlane } from '../../runtime/control-plane.ts';
import { StatusReporting } from '../../runtime/status-reporting.ts';
import { UsageError } from '../usage-error.ts';
import type { ServeSettings } from '../../settings.ts';

/** What `naru serve` writes into the cluster, as its settings have it. */
export function reportStatus(
  settings: ServeSettings,
  controlPlane: ControlPlane,
  connection: Connection,
  log: pino.Logger,
): StatusReporting {
  const { updateStatus, updateStatusOnShutdown, publishStatus, publishService, publishStatusAddress } = settings;
  const policy = updateStatus ? publishStatus : 'never';
  const namespace = settings.leaseNamespace ?? connection.namespace ?? 'naru-system';
  const elect = settings.leaderElect && (policy !== 'never' || settings.events);
  const nodes = policy !== 'never' && publishService === undefined && publishStatusAddress.length === 0;
  const envoys = envoysOf(settings, connection);
  if (nodes)
    log.info(
      { namespace: envoys.namespace, pods: settings.envoyPods },
      'Ingresses get the addresses of the nodes on which these Pods are ready',
    );
  return new StatusReporting({
    controlPlane,
    connection,
    fleet: settings.fleet,
    policy,
    emptyOnStop: updateStatusOnShutdown && policy === 'always',
    events: settings.events,
    infrastructure: {
      envoys,
      template: envoyTemplate(),
      target: settings.gatewayAdsTarget ?? { host: `naru.${connection.namespace ?? 'naru-system'}.svc`, port: settings.adsAddress.port },
      authority:
        settings.adsTlsClientCa === undefined
          ? undefined
          : { certificate: settings.adsTlsClientCa, privateKey: settings.gatewayAuthorityKey },
    },
    addresses: publishStatusAddress,
    service: publishService,
    nodes: nodes
      ? {
          namespace: envoys.namespace,
          selector: settings.envoyPods,
          preferInternal: settings.reportNodeInternalIpAddress,
          keepMs: settings.nodeGrace * 1000,
        }
      : undefined,
    lease: elect ? { namespace, name: settings.electionId, durationSeconds: settings.leaseDuration } : undefined,
    onLeading: (leading) => log.info(leading ? 'this replica writes status' : 'this replica writes status no longer'),
    onTrouble: (sentence) => log.warn(sentence),
  });
}

/** Where the Envoys are that serve Ingresses. @throws UsageError where a Service could not select them, and one should */
export function envoysOf({ envoyNamespace, envoyPods, gatewayPorts }: ServeSettings, connection: Connection) {
  const pods = exactLabels(envoyPods);
  if (pods === undefined && gatewayPorts !== undefined)
    throw new UsageError(
      '--gateway-ports needs --envoy-pods to say labels that a Service can select, such as app.kubernetes.io/name=naru-envoy.',
    );
  return { namespace: envoyNamespace ?? connection.namespace ?? 'naru-system', pods: pods ?? {} };
}

/** The Envoys of manifests/naru, of which those of a Gateway are copies. */
function envoyTemplate(): EnvoyTemplate {
  const read = (file: string) => readFileSync(join(packageRoot(), 'manifests', 'naru', file), 'utf8');
  return readTemplate(read('envoy.yaml'), read('envoy-bootstrap.yaml'));
}
