import type { Ports } from '../../test/support/request.ts';
import { canaryService, hostOf, type Raw, tlsHost, weighedHost } from './objects.ts';

/** What hosts are written as. */
export interface RouteKind {
  readonly name: 'Ingress' | 'HTTPRoute';
  /** What belongs to no host; `ports`: where Envoy is to take requests, besides those of Ingresses. */
  readonly common: (ports: Ports) => readonly Raw[];
  readonly route: (name: string, host: string, service: string) => Raw;
  /** `weighedHost`, whose canary gets so many of a hundred requests. */
  readonly weighed: (weight: number) => Raw;
  /** `tlsHost` */
  readonly secure: () => Raw;
  /** Objects beside `weighed` that the weighed host has. */
  readonly beside: () => readonly Raw[];
}

function ingressOf(name: string, host: string, service: string, more: { annotations?: object; tls?: object } = {}): Raw {
  const paths = [{ path: '/', pathType: 'Prefix', backend: { service: { name: service, port: { name: 'http' } } } }];
  const { annotations = {}, tls } = more;
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'Ingress',
    metadata: { name, annotations },
    spec: { ingressClassName: 'naru', rules: [{ host, http: { paths } }], ...(tls === undefined ? {} : { tls }) },
  };
}

const ingresses: RouteKind = {
  name: 'Ingress',
  common: () => [
    {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: 'naru' },
      spec: { controller: 'naru.io/ingress-controller' },
    },
  ],
  route: ingressOf,
  weighed: (weight) => {
    const annotations = {
      'nginx.ingress.kubernetes.io/canary': 'true',
      'nginx.ingress.kubernetes.io/canary-weight': String(weight),
    };
    return ingressOf('canary', weighedHost, canaryService, { annotations });
  },
  secure: () => ingressOf('tls', tlsHost, 'checkout-0', { tls: [{ hosts: [tlsHost], secretName: 'tls' }] }),
  beside: () => [ingressOf('checkout-0', hostOf(0), 'checkout-0')],
};

const apiVersion = 'gateway.networking.k8s.io/v1';

function httpRouteOf(name: string, host: string, services: readonly { readonly name: string; readonly weight?: number }[]): Raw {
  const backendRefs = services.map((service) => ({ ...service, port: 80 }));
  return {
    apiVersion,
    kind: 'HTTPRoute',
    metadata: { name },
    spec: { parentRefs: [{ name: 'web' }], hostnames: [host], rules: [{ backendRefs }] },
  };
}

const httpRoutes: RouteKind = {
  name: 'HTTPRoute',
  common: ({ http, https }) => [
    { apiVersion, kind: 'GatewayClass', metadata: { name: 'naru' }, spec: { controllerName: 'naru.io/gateway-controller' } },
    {
      apiVersion,
      kind: 'Gateway',
      metadata: { name: 'web' },
      spec: {
        gatewayClassName: 'naru',
        listeners: [
          { name: 'http', port: http, protocol: 'HTTP' },
          { name: 'https', port: https, protocol: 'HTTPS', hostname: tlsHost, tls: { certificateRefs: [{ name: 'tls' }] } },
        ],
      },
    },
  ],
  route: (name, host, service) => httpRouteOf(name, host, [{ name: service }]),
  weighed: (weight) =>
    httpRouteOf('checkout-0', weighedHost, [
      { name: 'checkout-0', weight: 100 - weight },
      { name: canaryService, weight },
    ]),
  secure: () => httpRouteOf('tls', tlsHost, [{ name: 'checkout-0' }]),
  beside: () => [],
};

export const routeKinds = { Ingress: ingresses, HTTPRoute: httpRoutes } as const;
