import type { Key } from '../store/table.ts';

/** What decides which Ingresses are served, and how their annotations are called. Names as in ingress-nginx. */
export interface IngressOptions {
  /** Serve the IngressClasses whose `spec.controller` is this. */
  readonly controllerClass: string;
  /** Value of the annotation `kubernetes.io/ingress.class` that selects an Ingress which names no class. */
  readonly ingressClass: string;
  /** Also serve the IngressClass whose name is `ingressClass`, whatever its controller. */
  readonly ingressClassByName: boolean;
  /** Also serve Ingresses that name no class at all. */
  readonly watchIngressWithoutClass: boolean;
  /**
   * Give Ingresses without a class the one marked as default, as an API server does when they are created. For
   * objects that no API server has seen.
   */
  readonly admitDefaultClass: boolean;
  /** Count a Service of which no EndpointSlice is known as ready: for manifests that say nothing of pods. */
  readonly assumePods: boolean;
  /** What annotation names begin with, before the `/`. */
  readonly annotationsPrefix: string;
  /** `namespace/name` of the Secret with the certificate for what has none of its own; absent: Naru makes one. */
  readonly defaultCertificate?: string;
  /** Leave out every Ingress with a default backend. */
  readonly disableCatchAll: boolean;
  /** `namespace/name` of the Service that takes what no Ingress wants, by its first port; absent: 404. */
  readonly defaultBackendService?: string;
  /** Send requests to Services of type ExternalName. */
  readonly externalNames: boolean;
  /** Let proxies prefer the endpoints that are hinted for their zone. */
  readonly topologyAwareRouting: boolean;
  /** Where the specification of Ingress and ingress-nginx differ: which of the two holds. */
  readonly compatibility: Compatibility;
  /** Pass TLS through to backends where `ssl-passthrough` asks for it. */
  readonly sslPassthrough: boolean;
  /** `namespace/name` of the controller's ConfigMap; absent: every setting has its default. */
  readonly configMap?: Key;
  readonly https: HttpsOptions;
  readonly streams: StreamOptions;
}

/** TCP and UDP services. */
export interface StreamOptions {
  /** `namespace/name` of the ConfigMaps that list them; absent: there are none. */
  readonly tcp?: Key;
  readonly udp?: Key;
  /** Ports of TCP that are in use already. */
  readonly reserved: readonly number[];
}

/** What redirects to https say of the port. */
export interface HttpsOptions {
  /** Where Envoys take https. */
  readonly port: number;
  /** Redirects name it, because nothing that listens on 443 stands in front. */
  readonly named: boolean;
}

export type Compatibility = 'kubernetes' | 'nginx';

export const defaultIngressOptions: IngressOptions = {
  controllerClass: 'naru.io/ingress-controller',
  ingressClass: 'naru',
  ingressClassByName: false,
  watchIngressWithoutClass: false,
  admitDefaultClass: false,
  assumePods: false,
  annotationsPrefix: 'nginx.ingress.kubernetes.io',
  disableCatchAll: false,
  externalNames: true,
  topologyAwareRouting: false,
  sslPassthrough: false,
  compatibility: 'kubernetes',
  https: { port: 443, named: false },
  streams: { reserved: [] },
};
