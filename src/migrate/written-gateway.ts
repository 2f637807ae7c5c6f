import { anyHost } from '../model/virtual-host.ts';
import { chunked } from './chunked.ts';
import { apiVersion, type Manifest } from './written-route.ts';

export interface GatewayName {
  readonly namespace: string;
  readonly name: string;
}

/** A host that is asked for over TLS. */
export interface SecureHost {
  readonly hostname: string;
  /** `namespace/name` of the Secret; absent: TLS is passed on. */
  readonly certificate?: string;
}

export interface WrittenGateway {
  readonly objects: readonly Manifest[];
  /** The ListenerSet that a host's listener is in; undefined: in the Gateway itself. */
  readonly setOf: (hostname: string) => string | undefined;
}

/** Of a Gateway or a ListenerSet. */
const mostListeners = 64;

/** One listener for all plain requests, and one for each host with TLS; what does not fit into the Gateway is in ListenerSets. */
export function writeGateway({ namespace, name }: GatewayName, className: string, secure: readonly SecureHost[]): WrittenGateway {
  const allowedRoutes = { namespaces: { from: 'All' } };
  const listeners = [
    { name: 'http', port: 80, protocol: 'HTTP', allowedRoutes },
    ...secure.map(({ hostname, certificate }) => ({
      name: listenerName(hostname),
      ...(hostname === anyHost ? {} : { hostname }),
      port: 443,
      protocol: certificate === undefined ? 'TLS' : 'HTTPS',
      tls: certificate === undefined ? { mode: 'Passthrough' } : { certificateRefs: [reference(certificate, namespace)] },
      allowedRoutes,
    })),
  ];
  const chunks = chunked(listeners, mostListeners);
  const setName = (index: number) => `${name}-${index + 1}`;
  const gateway: Manifest = {
    apiVersion,
    kind: 'Gateway',
    metadata: { name, namespace },
    spec: {
      gatewayClassName: className,
      ...(chunks.length > 1 ? { allowedListeners: { namespaces: { from: 'Same' } } } : {}),
      listeners: chunks[0],
    },
  };
  const sets = chunks.slice(1).map(
    (chunk, index): Manifest => ({
      apiVersion,
      kind: 'ListenerSet',
      metadata: { name: setName(index + 1), namespace },
      spec: { parentRef: { group: 'gateway.networking.k8s.io', kind: 'Gateway', name }, listeners: chunk },
    }),
  );
  const homes = new Map(secure.map(({ hostname }, index) => [hostname, Math.floor((index + 1) / mostListeners)]));
  return {
    objects: [gateway, ...sets, ...grants(namespace, secure, sets.length > 0)],
    setOf: (hostname) => {
      const home = homes.get(hostname) ?? 0;
      return home === 0 ? undefined : setName(home);
    },
  };
}

function listenerName(hostname: string): string {
  return hostname === anyHost ? 'https' : `https.${hostname.replace('*', 'any')}`;
}

function reference(certificate: string, own: string): object {
  const [namespace = '', name = ''] = certificate.split('/');
  return { name, ...(namespace === own ? {} : { namespace }) };
}

/** Without them a Gateway may use no certificates of other namespaces. */
function grants(own: string, secure: readonly SecureHost[], withSets: boolean): readonly Manifest[] {
  const group = 'gateway.networking.k8s.io';
  const keys = [...new Set(secure.flatMap(({ certificate }) => certificate ?? []))].sort();
  const namespaces = [...new Set(keys.map((key) => key.split('/')[0] ?? ''))].filter((namespace) => namespace !== own);
  return namespaces.map((namespace) => ({
    // Served by all releases.
    apiVersion: 'gateway.networking.k8s.io/v1beta1',
    kind: 'ReferenceGrant',
    metadata: { name: 'certificates-for-gateways', namespace },
    spec: {
      from: ['Gateway', ...(withSets ? ['ListenerSet'] : [])].map((kind) => ({ group, kind, namespace: own })),
      to: keys.flatMap((key) => {
        const [of, name] = key.split('/');
        return of === namespace ? [{ group: '', kind: 'Secret', name }] : [];
      }),
    },
  }));
}
