/** Kubernetes objects, trimmed to what Naru reads. Types only: any layer may import them. */

import type { GatewayObjects } from './gateway-objects.ts';

export type Kind = keyof KubeObjects;

export interface Metadata {
  readonly name: string;
  /** Empty for kinds without a namespace. */
  readonly namespace: string;
  /** Only of kinds that Naru writes about: which of several objects that had this name one after another. */
  readonly uid?: string;
  readonly generation?: number;
  /** RFC 3339, seconds. Absent only for objects of a folder that do not say it. */
  readonly creationTimestamp?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Where in a folder the object stands; absent for objects of an API server. */
  readonly origin?: Origin;
}

export interface Origin {
  /** Path relative to the folder. */
  readonly file: string;
  /** 1-based line of the document's first key. */
  readonly line: number;
  /** Grows with the order of files and documents; a number between two others when an object was put between them. */
  readonly order: number;
}

export interface Ingress {
  readonly kind: 'Ingress';
  readonly metadata: Metadata;
  readonly spec: {
    readonly ingressClassName?: string;
    readonly defaultBackend?: IngressBackend;
    readonly tls: readonly { readonly hosts: readonly string[]; readonly secretName?: string }[];
    readonly rules: readonly {
      readonly host?: string;
      /** Absent: the rule has no paths of its own and sends everything to the default backend. */
      readonly paths?: readonly IngressPath[];
    }[];
  };
  /** Where it is reached, as somebody has written there. Absent where nobody has. */
  readonly status?: LoadBalancerStatus;
}

export interface LoadBalancerStatus {
  readonly loadBalancer: { readonly ingress: readonly ReachableAt[] };
}

/** One of the two. */
export interface ReachableAt {
  readonly ip?: string;
  readonly hostname?: string;
}

export interface IngressPath {
  /** Absent means `/` for the path types that allow it. */
  readonly path?: string;
  readonly pathType: 'Exact' | 'Prefix' | 'ImplementationSpecific';
  readonly backend: IngressBackend;
}

export interface IngressBackend {
  readonly service?: { readonly name: string; readonly port: { readonly number?: number; readonly name?: string } };
  readonly resource?: { readonly apiGroup?: string; readonly kind: string; readonly name: string };
}

export interface IngressClass {
  readonly kind: 'IngressClass';
  readonly metadata: Metadata;
  readonly spec: { readonly controller?: string };
}

export interface Service {
  readonly kind: 'Service';
  readonly metadata: Metadata;
  readonly spec: {
    readonly type?: string;
    readonly clusterIP?: string;
    readonly externalName?: string;
    readonly externalIPs?: readonly string[];
    /** `IPv4`, `IPv6`; the first one is preferred. */
    readonly ipFamilies?: readonly string[];
    /** `ClientIP` or `None`. */
    readonly sessionAffinity?: string;
    readonly ports: readonly ServicePort[];
  };
  /** What its load balancer was given. */
  readonly status?: LoadBalancerStatus;
}

export interface ServicePort {
  /** Empty when the Service has a single unnamed port. */
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
  /** Number, or name of a container port. */
  readonly targetPort?: number | string;
  readonly appProtocol?: string;
}

export interface EndpointSlice {
  readonly kind: 'EndpointSlice';
  readonly metadata: Metadata;
  readonly addressType: string;
  readonly endpoints: readonly {
    readonly addresses: readonly string[];
    readonly ready?: boolean;
    readonly serving?: boolean;
    readonly terminating?: boolean;
    /** Name of the pod that it is. */
    readonly pod?: string;
    /** The zone whose traffic it is to take; of several the first. */
    readonly hintedZone?: string;
  }[];
  readonly ports: readonly { readonly name: string; readonly port?: number; readonly protocol: string }[];
}

export interface Secret {
  readonly kind: 'Secret';
  readonly metadata: Metadata;
  readonly type?: string;
  /** Decoded values of the keys that Naru uses. */
  readonly data: Readonly<Record<string, Buffer>>;
}

export interface ConfigMap {
  readonly kind: 'ConfigMap';
  readonly metadata: Metadata;
  readonly data: Readonly<Record<string, string>>;
}

export interface KubeObjects extends GatewayObjects {
  readonly Ingress: Ingress;
  readonly IngressClass: IngressClass;
  readonly Service: Service;
  readonly EndpointSlice: EndpointSlice;
  readonly Secret: Secret;
  readonly ConfigMap: ConfigMap;
}

export type KubeObject = KubeObjects[Kind];
