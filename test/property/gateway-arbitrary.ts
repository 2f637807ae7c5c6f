import fc from 'fast-check';
import type { KubeObject } from '../../src/kube/objects.ts';
import { gatewayObject, naruGatewayClass } from '../support/gateway-objects.ts';

const time = fc.constantFrom('2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z');
const hostname = fc.constantFrom(undefined, 'a.test', '*.test', 'b.a.test');
const backends = fc.array(
  fc.record({ name: fc.constantFrom('one', 'two', 'missing'), port: fc.constantFrom(80, 81), weight: fc.constantFrom(0, 1, 3) }),
  { maxLength: 2 },
);

const listener = fc.record({
  name: fc.constantFrom('web', 'other', 'third'),
  port: fc.constantFrom(80, 443, 8000, 8080),
  protocol: fc.constantFrom('HTTP', 'HTTPS', 'TLS', 'TCP', 'UDP', 'odd.example/protocol'),
  host: hostname,
  from: fc.constantFrom('All', 'Same', 'None'),
});

type Listener = typeof listener extends fc.Arbitrary<infer T> ? T : never;

function listenerSpec({ name, port, protocol, host, from }: Listener) {
  const secure = protocol === 'HTTPS' || protocol === 'TLS';
  return {
    name,
    port,
    protocol,
    ...(host === undefined || ['TCP', 'UDP'].includes(protocol) ? {} : { hostname: host }),
    ...(secure ? { tls: { certificateRefs: [{ name: 'a.test' }] } } : {}),
    allowedRoutes: { namespaces: { from } },
  };
}

const listeners = fc
  .uniqueArray(listener, { minLength: 1, maxLength: 3, selector: ({ name }) => name })
  .map((found) => found.map(listenerSpec));

const gateways = fc
  .record({ name: fc.constantFrom('g1', 'g2'), time, listeners, className: fc.constantFrom('naru', 'naru', 'none') })
  .map(({ name, time: creationTimestamp, listeners: all, className }) =>
    gatewayObject('Gateway', {
      name,
      metadata: { creationTimestamp },
      spec: { gatewayClassName: className, listeners: all, allowedListeners: { namespaces: { from: 'Same' } } },
    }),
  );

const listenerSets = fc
  .record({ name: fc.constantFrom('s1', 's2'), parent: fc.constantFrom('g1', 'g2'), listeners, time })
  .map(({ name, parent, listeners: all, time: creationTimestamp }) =>
    gatewayObject('ListenerSet', { name, metadata: { creationTimestamp }, spec: { parentRef: { name: parent }, listeners: all } }),
  );

const route = fc.record({
  name: fc.constantFrom('r1', 'r2'),
  namespace: fc.constantFrom('shop', 'elsewhere'),
  parents: fc.uniqueArray(
    fc.record({
      name: fc.constantFrom('g1', 'g2'),
      kind: fc.constantFrom('Gateway', 'ListenerSet'),
      sectionName: fc.constantFrom(undefined, 'web', 'none'),
    }),
    { maxLength: 2, selector: ({ name }) => name },
  ),
  hostname,
  path: fc.constantFrom('/', '/a', '/a/b'),
  type: fc.constantFrom('Exact', 'PathPrefix'),
  backends,
  time,
});

type Route = typeof route extends fc.Arbitrary<infer T> ? T : never;

function routeParts({ name, namespace, parents, hostname: host, time: creationTimestamp }: Route) {
  return {
    name,
    namespace,
    metadata: { creationTimestamp },
    spec: {
      parentRefs: parents.map(({ sectionName, kind, name: parent }) => ({
        name: kind === 'Gateway' ? parent : parent.replace('g', 's'),
        kind,
        namespace: 'shop',
        ...(sectionName === undefined ? {} : { sectionName }),
      })),
      ...(host === undefined ? {} : { hostnames: [host] }),
    },
  };
}

const httpRoutes = route.map((found) => {
  const { spec, ...parts } = routeParts(found);
  const rules = [{ matches: [{ path: { type: found.type, value: found.path } }], backendRefs: found.backends }];
  return gatewayObject('HTTPRoute', { ...parts, spec: { ...spec, rules } });
});

const otherRoutes = fc
  .tuple(route, fc.constantFrom('GRPCRoute' as const, 'TLSRoute' as const, 'TCPRoute' as const, 'UDPRoute' as const))
  .map(([found, kind]): KubeObject => {
    const { spec, ...parts } = routeParts(found);
    return gatewayObject(kind, { ...parts, spec: { ...spec, rules: [{ backendRefs: found.backends }] } });
  });

const grants = fc.constantFrom('HTTPRoute', 'Gateway').map((kind) =>
  gatewayObject('ReferenceGrant', {
    name: `for-${kind.toLowerCase()}`,
    spec: { from: [{ group: 'gateway.networking.k8s.io', kind, namespace: 'elsewhere' }], to: [{ group: '', kind: 'Service' }] },
  }),
);

const policies = fc.constantFrom('one', 'two').map((name) =>
  gatewayObject('BackendTLSPolicy', {
    name,
    spec: {
      targetRefs: [{ group: '', kind: 'Service', name }],
      validation: { hostname: 'one.test', wellKnownCACertificates: 'System' },
    },
  }),
);

const namespaces = fc
  .constantFrom('shop', 'elsewhere')
  .map((name) => gatewayObject('Namespace', { name, metadata: { labels: { team: name } } }));

/** Every kind of the Gateway API, and the Namespaces that it asks for. */
export const gatewayObjects: fc.Arbitrary<KubeObject> = fc.oneof(
  gateways,
  listenerSets,
  httpRoutes,
  otherRoutes,
  grants,
  policies,
  namespaces,
  fc.constant(naruGatewayClass),
);
