import { makeDefaultCertificate } from '../../src/runtime/default-certificate.ts';
import type { RouteKind } from './route-kind.ts';

/** An object as an API server takes it. */
export interface Raw {
  readonly kind: string;
  readonly apiVersion: string;
  readonly metadata: { readonly name: string; readonly [field: string]: unknown };
  readonly [field: string]: unknown;
}

/** Paths of collections. */
export const collections: Readonly<Record<string, string>> = {
  Service: '/api/v1/namespaces/NAMESPACE/services',
  Secret: '/api/v1/namespaces/NAMESPACE/secrets',
  EndpointSlice: '/apis/discovery.k8s.io/v1/namespaces/NAMESPACE/endpointslices',
  Ingress: '/apis/networking.k8s.io/v1/namespaces/NAMESPACE/ingresses',
  IngressClass: '/apis/networking.k8s.io/v1/ingressclasses',
  GatewayClass: '/apis/gateway.networking.k8s.io/v1/gatewayclasses',
  Gateway: '/apis/gateway.networking.k8s.io/v1/namespaces/NAMESPACE/gateways',
  HTTPRoute: '/apis/gateway.networking.k8s.io/v1/namespaces/NAMESPACE/httproutes',
};

/** Where a pod listens. */
export interface PodAddress {
  readonly address: string;
  readonly port: number;
}

export const canaryService = 'canary';
export const tlsHost = 'tls.shop.example.com';
/** The host that has a canary. */
export const weighedHost = hostOf(0);

export function hostOf(index: number): string {
  return `checkout-${index}.shop.example.com`;
}

export function serviceOf(name: string): Raw {
  return { apiVersion: 'v1', kind: 'Service', metadata: { name }, spec: { ports: [{ name: 'http', port: 80 }] } };
}

/** Written by hand, so that a change is one write and nobody else's work is measured. */
export function sliceOf(service: string, { address, port }: PodAddress): Raw {
  return {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: service, labels: { 'kubernetes.io/service-name': service } },
    addressType: 'IPv4',
    endpoints: [{ addresses: [address], conditions: { ready: true } }],
    ports: [{ name: 'http', port, protocol: 'TCP' }],
  };
}

export async function secretOf(): Promise<Raw> {
  const { chain, privateKey } = await makeDefaultCertificate([tlsHost]);
  const data = { 'tls.crt': Buffer.from(chain).toString('base64'), 'tls.key': Buffer.from(privateKey).toString('base64') };
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'tls' }, type: 'kubernetes.io/tls', data };
}

/** So many hosts with a Service each, a canary, a host with TLS; and Services for hosts to come. */
export function firstObjects(
  kind: RouteKind,
  count: number,
  spare: number,
  pods: readonly [PodAddress, PodAddress],
  secret: Raw,
): readonly Raw[] {
  const [first, second] = pods;
  const indexes = Array.from({ length: count + spare }, (_, index) => index);
  return [
    ...indexes.flatMap((index) => [serviceOf(`checkout-${index}`), sliceOf(`checkout-${index}`, first)]),
    ...[serviceOf(canaryService), sliceOf(canaryService, second), secret],
    ...indexes.slice(1, count).map((index) => kind.route(`checkout-${index}`, hostOf(index), `checkout-${index}`)),
    ...[...kind.beside(), kind.weighed(0), kind.secure()],
  ];
}
