/** Objects of the Gateway API v1.6, trimmed to what Naru reads. Types only. https://gateway-api.sigs.k8s.io/reference/spec/ */
import type { Metadata } from './objects.ts';

/** What stands in `status`, as it is: others may have written parts of it. */
export type RawStatus = Readonly<Record<string, unknown>>;

interface Described<K extends string, S> {
  readonly kind: K;
  readonly metadata: Metadata;
  readonly spec: S;
  readonly status?: RawStatus;
}

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly {
    readonly key: string;
    readonly operator: string;
    readonly values?: readonly string[];
  }[];
}

export interface Namespace {
  readonly kind: 'Namespace';
  readonly metadata: Metadata;
}

export type GatewayClass = Described<
  'GatewayClass',
  { readonly controllerName: string; readonly parametersRef?: { readonly group: string; readonly kind: string; readonly name: string } }
>;

/** An object by group and kind, in a namespace or in that of whoever refers to it. */
export interface ObjectReference {
  readonly group: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

export interface AllowedNamespaces {
  readonly from: 'All' | 'Selector' | 'Same' | 'None';
  readonly selector?: LabelSelector;
}

export interface ListenerSpec {
  readonly name: string;
  readonly hostname?: string;
  readonly port: number;
  readonly protocol: string;
  readonly tls?: {
    readonly mode: 'Terminate' | 'Passthrough';
    readonly certificateRefs: readonly ObjectReference[];
    readonly options?: Readonly<Record<string, string>>;
  };
  readonly allowedRoutes: {
    readonly namespaces: AllowedNamespaces;
    /** None: those that fit the protocol. */
    readonly kinds: readonly { readonly group: string; readonly kind: string }[];
  };
}

export interface ClientValidation {
  readonly caCertificateRefs: readonly ObjectReference[];
  readonly mode: 'AllowValidOnly' | 'AllowInsecureFallback';
}

export type Gateway = Described<
  'Gateway',
  {
    readonly gatewayClassName: string;
    readonly listeners: readonly ListenerSpec[];
    readonly addresses: readonly { readonly type: string; readonly value?: string }[];
    readonly infrastructure?: {
      readonly labels?: Readonly<Record<string, string>>;
      readonly annotations?: Readonly<Record<string, string>>;
      readonly parametersRef?: { readonly group: string; readonly kind: string; readonly name: string };
    };
    readonly allowedListeners: AllowedNamespaces;
    readonly tls?: {
      readonly backend?: { readonly clientCertificateRef?: ObjectReference };
      readonly frontend?: {
        readonly default?: { readonly validation?: ClientValidation };
        readonly perPort?: readonly { readonly port: number; readonly tls?: { readonly validation?: ClientValidation } }[];
      };
    };
  }
>;

export type ListenerSet = Described<'ListenerSet', { readonly parentRef: ObjectReference; readonly listeners: readonly ListenerSpec[] }>;

/** As written: it is repeated in the status field by field. */
export interface ParentReference {
  readonly group?: string;
  readonly kind?: string;
  readonly namespace?: string;
  readonly name: string;
  readonly sectionName?: string;
  readonly port?: number;
}

export interface BackendReference extends ObjectReference {
  readonly port?: number;
}

export interface HeaderModifier {
  readonly set: readonly { readonly name: string; readonly value: string }[];
  readonly add: readonly { readonly name: string; readonly value: string }[];
  readonly remove: readonly string[];
}

export interface PathModifier {
  readonly type: string;
  readonly replaceFullPath?: string;
  readonly replacePrefixMatch?: string;
}

export interface CorsFilter {
  readonly allowOrigins: readonly string[];
  readonly allowCredentials?: boolean;
  readonly allowMethods: readonly string[];
  readonly allowHeaders: readonly string[];
  readonly exposeHeaders: readonly string[];
  /** Seconds. */
  readonly maxAge: number;
}

/** Of the parts the one that `type` names. */
export interface RouteFilter {
  readonly type: string;
  readonly requestHeaderModifier?: HeaderModifier;
  readonly responseHeaderModifier?: HeaderModifier;
  readonly requestMirror?: {
    readonly backendRef: BackendReference;
    readonly percent?: number;
    readonly fraction?: { readonly numerator: number; readonly denominator: number };
  };
  readonly requestRedirect?: {
    readonly scheme?: string;
    readonly hostname?: string;
    readonly path?: PathModifier;
    readonly port?: number;
    readonly statusCode: number;
  };
  readonly urlRewrite?: { readonly hostname?: string; readonly path?: PathModifier };
  readonly cors?: CorsFilter;
  readonly extensionRef?: { readonly group: string; readonly kind: string; readonly name: string };
}

export interface WeightedBackend extends BackendReference {
  readonly weight: number;
  readonly filters: readonly RouteFilter[];
}

/** Of a header or a query parameter. */
export interface ValueMatch {
  readonly type: string;
  readonly name: string;
  readonly value: string;
}

export interface HttpMatch {
  readonly path: { readonly type: string; readonly value: string };
  readonly headers: readonly ValueMatch[];
  readonly queryParams: readonly ValueMatch[];
  readonly method?: string;
}

export interface SessionPersistence {
  readonly sessionName?: string;
  readonly absoluteTimeout?: string;
  readonly type: string;
  readonly cookieConfig?: { readonly lifetimeType: string };
}

export interface HttpRule {
  readonly name?: string;
  readonly matches: readonly HttpMatch[];
  readonly filters: readonly RouteFilter[];
  readonly backendRefs: readonly WeightedBackend[];
  readonly timeouts?: { readonly request?: string; readonly backendRequest?: string };
  readonly retry?: { readonly codes: readonly number[]; readonly attempts?: number; readonly backoff?: string };
  readonly sessionPersistence?: SessionPersistence;
}

export interface GrpcMatch {
  readonly method?: { readonly type: string; readonly service?: string; readonly method?: string };
  readonly headers: readonly ValueMatch[];
}

export interface GrpcRule {
  readonly name?: string;
  readonly matches: readonly GrpcMatch[];
  readonly filters: readonly RouteFilter[];
  readonly backendRefs: readonly WeightedBackend[];
  readonly sessionPersistence?: SessionPersistence;
}

export interface ConnectionRule {
  readonly name?: string;
  readonly backendRefs: readonly WeightedBackend[];
}

interface RouteSpec<R> {
  readonly parentRefs: readonly ParentReference[];
  /** None: those of the listener. */
  readonly hostnames: readonly string[];
  readonly rules: readonly R[];
}

export type HTTPRoute = Described<'HTTPRoute', RouteSpec<HttpRule>>;
export type GRPCRoute = Described<'GRPCRoute', RouteSpec<GrpcRule>>;
export type TLSRoute = Described<'TLSRoute', RouteSpec<ConnectionRule>>;
export type TCPRoute = Described<'TCPRoute', RouteSpec<ConnectionRule>>;
export type UDPRoute = Described<'UDPRoute', RouteSpec<ConnectionRule>>;

export interface ReferenceGrant {
  readonly kind: 'ReferenceGrant';
  readonly metadata: Metadata;
  readonly spec: {
    readonly from: readonly { readonly group: string; readonly kind: string; readonly namespace: string }[];
    readonly to: readonly { readonly group: string; readonly kind: string; readonly name?: string }[];
  };
}

export type BackendTLSPolicy = Described<
  'BackendTLSPolicy',
  {
    readonly targetRefs: readonly { readonly group: string; readonly kind: string; readonly name: string; readonly sectionName?: string }[];
    readonly validation: {
      readonly caCertificateRefs: readonly ObjectReference[];
      readonly wellKnownCACertificates?: string;
      readonly hostname: string;
      readonly subjectAltNames: readonly { readonly type: string; readonly hostname?: string; readonly uri?: string }[];
    };
  }
>;

export interface GatewayObjects {
  readonly Namespace: Namespace;
  readonly GatewayClass: GatewayClass;
  readonly Gateway: Gateway;
  readonly ListenerSet: ListenerSet;
  readonly HTTPRoute: HTTPRoute;
  readonly GRPCRoute: GRPCRoute;
  readonly TLSRoute: TLSRoute;
  readonly TCPRoute: TCPRoute;
  readonly UDPRoute: UDPRoute;
  readonly ReferenceGrant: ReferenceGrant;
  readonly BackendTLSPolicy: BackendTLSPolicy;
}

/** The kinds of routes. */
export type RouteKind = 'HTTPRoute' | 'GRPCRoute' | 'TLSRoute' | 'TCPRoute' | 'UDPRoute';
