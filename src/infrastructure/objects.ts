import { createHash } from 'node:crypto';
import type { EnvoyTemplate } from './template.ts';

export interface ServedPort {
  readonly port: number;
  /** The port of the pods. */
  readonly target: number;
  readonly transport: 'tcp' | 'udp';
}

/** A Gateway that something is made for. */
export interface MadeGateway {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly className: string;
  /** Of everything that is made for it, and where that is. */
  readonly infrastructureName: string;
  readonly infrastructureNamespace: string;
  readonly ports: readonly ServedPort[];
  /** What `spec.infrastructure` asks for. */
  readonly labels: Readonly<Record<string, string>>;
  /** Likewise, and whose it is. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Addresses that its Service should get. */
  readonly addresses: readonly string[];
}

export interface OwnGateway extends MadeGateway {
  readonly fleet: string;
}

/** Of the Envoys: PEM; absent: the control plane speaks without TLS. */
export interface Identity {
  readonly chain: string;
  readonly privateKey: string;
  readonly authority: string;
}

export interface OwnedObject {
  readonly apiVersion: string;
  readonly kind: 'Secret' | 'Deployment' | 'Service' | 'NetworkPolicy';
  readonly metadata: { readonly namespace: string; readonly name: string; readonly [field: string]: unknown };
  readonly [part: string]: unknown;
}

/** What a Gateway with Envoys of its own has, in the order in which it is taken away. */
export const ownKinds = ['Deployment', 'NetworkPolicy', 'Secret', 'Service'] as const;

const gatewayLabel = 'gateway.networking.k8s.io/gateway-name';
const classLabel = 'gateway.networking.k8s.io/gateway-class-name';
/** A value of a label is no longer. */
const longestValue = 63;

/**
 * What a Gateway with Envoys of its own consists of, in the order in which it is written. The Service comes first, because it is what tells that there
 * may be others. The number of pods is left to others.
 */
export function ownObjects(
  gateway: OwnGateway,
  template: EnvoyTemplate,
  bootstrap: string,
  identity: Identity | undefined,
): readonly OwnedObject[] {
  return [
    serviceOf(gateway, selectorOf(gateway), ownerOf(gateway)),
    secretOf(gateway, bootstrap, identity),
    {
      ...header(gateway, 'networking.k8s.io/v1', 'NetworkPolicy'),
      spec: { ...template.policy, podSelector: { matchLabels: selectorOf(gateway) } },
    },
    deploymentOf(gateway, template, bootstrap, identity),
  ];
}

/** What leads to a Gateway that is served by the shared Envoys. It is where they are, so that it cannot belong to the Gateway. */
export function balancerService(gateway: MadeGateway, pods: Readonly<Record<string, string>>): OwnedObject {
  return serviceOf(gateway, pods, {});
}

function secretOf(gateway: OwnGateway, bootstrap: string, identity: Identity | undefined): OwnedObject {
  const files = identity && { 'tls.crt': identity.chain, 'tls.key': identity.privateKey, 'ca.crt': identity.authority };
  return { ...header(gateway, 'v1', 'Secret'), type: 'Opaque', data: encoded({ 'bootstrap.json': bootstrap, ...files }) };
}

/** Not `stringData`, which is no field that server-side apply can own. */
function encoded(files: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(files).map(([name, text]) => [name, Buffer.from(text).toString('base64')]));
}

function deploymentOf(gateway: OwnGateway, { pod }: EnvoyTemplate, bootstrap: string, identity: Identity | undefined): OwnedObject {
  const { initContainers: _passwords, ...spec } = pod;
  const [envoy] = pod.containers;
  const own = (envoy?.ports ?? [])
    .filter(({ name }) => name !== 'http' && name !== 'https')
    .map(({ hostPort: _hostPort, ...port }) => port);
  const ports = gateway.ports.map((port) => ({
    name: portName(port),
    containerPort: port.target,
    protocol: port.transport.toUpperCase(),
  }));
  const name = gateway.infrastructureName;
  const volumes = pod.volumes.filter((volume) => volume['name'] !== 'bootstrap' && volume['name'] !== 'ads' && volume['name'] !== 'tmp');
  return {
    ...header(gateway, 'apps/v1', 'Deployment'),
    spec: {
      selector: { matchLabels: selectorOf(gateway) },
      minReadySeconds: 10,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxUnavailable: 0 } },
      template: {
        metadata: {
          labels: labelsOf(gateway),
          // Envoy reads both when it starts: another one is another pod.
          annotations: { ...gateway.annotations, 'naru.io/configuration': digest([bootstrap, identity?.chain ?? '']) },
        },
        spec: {
          ...spec,
          // Envoys are not root, and take the ports that listeners say.
          securityContext: { ...pod.securityContext, sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }] },
          containers: [{ ...envoy, ports: [...ports, ...own] }],
          volumes: [
            { name: 'bootstrap', secret: { secretName: name, items: [{ key: 'bootstrap.json', path: 'bootstrap.json' }] } },
            { name: 'ads', secret: { secretName: name } },
            ...volumes,
          ],
        },
      },
    },
  };
}

function serviceOf(gateway: MadeGateway, selector: Readonly<Record<string, string>>, owner: object): OwnedObject {
  const [address] = gateway.addresses;
  return {
    ...header(gateway, 'v1', 'Service', owner),
    spec: {
      type: 'LoadBalancer',
      // So that Envoys see who asks.
      externalTrafficPolicy: 'Local',
      ...(address === undefined ? {} : { loadBalancerIP: address }),
      selector,
      ports: gateway.ports.map((one) => ({
        name: portName(one),
        port: one.port,
        targetPort: one.target,
        protocol: one.transport.toUpperCase(),
      })),
    },
  };
}

function ownerOf({ name, uid }: MadeGateway): object {
  const owner = { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'Gateway', name, uid, controller: true, blockOwnerDeletion: false };
  return { ownerReferences: [owner] };
}

function header(
  gateway: MadeGateway,
  apiVersion: string,
  kind: OwnedObject['kind'],
  owner = ownerOf(gateway),
): Pick<OwnedObject, 'apiVersion' | 'kind' | 'metadata'> {
  return {
    apiVersion,
    kind,
    metadata: {
      namespace: gateway.infrastructureNamespace,
      name: gateway.infrastructureName,
      labels: labelsOf(gateway),
      annotations: gateway.annotations,
      ...owner,
    },
  };
}

function selectorOf({ name, infrastructureName }: MadeGateway): Readonly<Record<string, string>> {
  return { 'app.kubernetes.io/name': 'naru-gateway', [gatewayLabel]: name.length > longestValue ? infrastructureName : name };
}

function labelsOf(gateway: MadeGateway): Readonly<Record<string, string>> {
  const { labels, className } = gateway;
  return {
    ...labels,
    'app.kubernetes.io/part-of': 'naru',
    'app.kubernetes.io/managed-by': 'naru',
    ...(className.length > longestValue ? {} : { [classLabel]: className }),
    ...selectorOf(gateway),
  };
}

function portName({ port, transport }: Pick<ServedPort, 'port' | 'transport'>): string {
  return `${transport}-${port}`;
}

function digest(texts: readonly string[]): string {
  return createHash('sha256').update(texts.join('\n')).digest('base64url').slice(0, 22);
}
