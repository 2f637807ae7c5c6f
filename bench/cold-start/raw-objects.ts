import { metadata } from '../../test/support/objects.ts';
import { type Certificates, hasCertificate, ingressOf, sliceOf } from '../pass/objects.ts';

type Raw = Readonly<Record<string, unknown>>;

/** As an API server shows them: with everything that Naru does not read, too. */
export function rawObjects(count: number, certificates: Certificates): Readonly<Record<string, readonly Raw[]>> {
  const numbers = Array.from({ length: count }, (_, index) => index);
  const naruClass = { metadata: about('naru', {}), spec: { controller: 'naru.io/ingress-controller' } };
  return {
    '/apis/networking.k8s.io/v1/ingresses': numbers.map(rawIngress),
    '/apis/networking.k8s.io/v1/ingressclasses': [naruClass],
    '/api/v1/services': numbers.map(rawService),
    '/apis/discovery.k8s.io/v1/endpointslices': numbers.map(rawSlice),
    '/api/v1/secrets': numbers.filter(hasCertificate).map((index) => rawSecret(index, certificates)),
  };
}

function rawIngress(index: number): Raw {
  const { metadata: own, spec } = ingressOf(index);
  const rules = spec.rules.map(({ host, paths }) => ({ host, http: { paths } }));
  return { metadata: about(own.name, own.annotations), spec: { ...spec, rules }, status: { loadBalancer: {} } };
}

function rawService(index: number): Raw {
  const ports = [{ name: 'http', port: 80, protocol: 'TCP', targetPort: 8080 }];
  const clusterIP = `10.96.${(index >> 8) & 255}.${index & 255}`;
  const rest = { internalTrafficPolicy: 'Cluster', ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack', sessionAffinity: 'None' };
  const spec = { clusterIP, clusterIPs: [clusterIP], ports, selector: { app: nameOf(index) }, type: 'ClusterIP', ...rest };
  return { metadata: about(nameOf(index), {}), spec, status: { loadBalancer: {} } };
}

function rawSlice(index: number): Raw {
  const { metadata: own, addressType, endpoints } = sliceOf(index);
  return {
    metadata: { ...about(own.name, { 'endpoints.kubernetes.io/last-change-trigger-time': '2026-01-01T00:00:00Z' }), labels: own.labels },
    addressType,
    endpoints: endpoints.map(({ addresses }, pod) => ({
      addresses,
      conditions: { ready: true, serving: true, terminating: false },
      nodeName: `node-${pod}`,
      targetRef: { kind: 'Pod', name: `${own.name}-${pod}`, namespace: 'shop', uid: '5b8a9d0e-0000-4000-8000-000000000000' },
      zone: 'zone-a',
    })),
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
  };
}

function rawSecret(index: number, certificates: Certificates): Raw {
  const { metadata: own, type, data } = certificates.secretOf(index);
  const encoded = Object.fromEntries(Object.entries(data).map(([key, value]) => [key, value.toString('base64')]));
  return { metadata: about(own.name, {}), type, data: encoded };
}

function nameOf(index: number): string {
  return `checkout-${index}`;
}

let version = 1;

function about(name: string, annotations: Readonly<Record<string, string>>): Raw {
  const { namespace, creationTimestamp } = metadata(name);
  const fields = {
    'f:metadata': { 'f:annotations': { '.': {}, 'f:note': {} }, 'f:labels': { '.': {}, 'f:app': {} } },
    'f:spec': { 'f:rules': {} },
  };
  const manager = { apiVersion: 'v1', fieldsType: 'FieldsV1', fieldsV1: fields, manager: 'kubectl-client-side-apply', operation: 'Update' };
  return {
    name,
    namespace,
    uid: '5b8a9d0e-0000-4000-8000-000000000000',
    resourceVersion: String(version++),
    creationTimestamp,
    generation: 1,
    labels: { app: name },
    annotations: { ...annotations, 'kubectl.kubernetes.io/last-applied-configuration': 'x'.repeat(600) },
    managedFields: [manager, manager],
  };
}
