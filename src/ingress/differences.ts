/** Something that the specification of Ingress and ingress-nginx see differently, and both ways of which Naru knows. */
export interface Difference {
  /** A few words, without a full stop. */
  readonly title: string;
  /** What holds with `--compatibility kubernetes`: a sentence or two. */
  readonly kubernetes: string;
  /** What holds with `--compatibility nginx`. */
  readonly nginx: string;
  /** Where it is written: a URL, or a path in the repository of ingress-nginx. */
  readonly sources: readonly string[];
}

type Differences = Readonly<Record<string, Difference>>;

/** Every difference, by a name of its own. docs/differences.md follows from here, and a test tries each under both settings. */
export const differences = {
  equalAge: {
    title: 'Two Ingresses of the same age',
    kubernetes: 'The first by namespace and name wins, as Gateway API has it for its routes; the specification of Ingress says nothing.',
    nginx: 'The last by `namespace/name` wins.',
    sources: ['sortIngressSlice in internal/ingress/controller/store/store.go'],
  },
  defaultBackend: {
    title: 'Requests for a known host that match no path',
    kubernetes:
      'They go to the default backend of the oldest Ingress of that host that has one; else to the one that requests for unknown hosts get: that of the oldest Ingress without rules, else of the oldest with one, else of the controller.',
    nginx:
      'They go to the default backend of the oldest Ingress of that host, if this very one has one; else to that of the controller (`--default-backend-service`); else they get 404. Whichever it is, the annotations of that oldest Ingress hold for it. A default backend beside rules is never for other hosts.',
    sources: [
      'https://kubernetes.io/docs/concepts/services-networking/ingress/#default-backend',
      'createServers in internal/ingress/controller/controller.go',
    ],
  },
  trailingSlash: {
    title: 'A path with a slash at its end, and requests without it',
    kubernetes: '`Prefix /foo/` takes `/foo` as well, and `Exact /foo/` leaves `/foo` to other paths.',
    nginx: 'Requests for `/foo` are sent to `/foo/` by a 301, unless another path of the host is exactly `/foo`.',
    sources: [
      'https://kubernetes.io/docs/concepts/services-networking/ingress/#examples',
      'https://nginx.org/en/docs/http/ngx_http_core_module.html#location',
    ],
  },
  canary: {
    title: 'What a canary acts on',
    kubernetes: 'The host, path and path type that it names.',
    nginx:
      'Every host and path whose Ingress has the same Service as its primary, whether they have a canary or not; the oldest canary of the Service counts.',
    sources: ['mergeAlternativeBackends in internal/ingress/controller/controller.go'],
  },
  endingPods: {
    title: 'Pods that are about to end, while no other is ready',
    kubernetes: 'Those that still serve take the requests, as kube-proxy has it.',
    nginx: 'Requests are answered with 503.',
    sources: [
      'https://kubernetes.io/docs/concepts/services-networking/endpoint-slices/#conditions',
      'getEndpointsFromSlices in internal/ingress/controller/endpointslices.go',
    ],
  },
  targetPort: {
    title: 'A port that is one of the Service, and the target port of another before it',
    kubernetes: 'The port of the Service is meant. Target ports count only where it has no such port.',
    nginx: 'The first port is taken of which number, name or target port fits.',
    sources: [
      'https://kubernetes.io/docs/reference/kubernetes-api/service-resources/ingress-v1/#IngressBackend',
      'serviceEndpoints in internal/ingress/controller/controller.go',
    ],
  },
  serverHeader: {
    title: '`Server` in answers',
    kubernetes:
      'It says `envoy`, whatever the backend has there: the public conformance suite of Ingress asks for a `Server`. With `hide-headers: Server` there is none.',
    nginx: 'Answers have none.',
    sources: [
      'https://github.com/kubernetes-sigs/ingress-controller-conformance/blob/master/features/default_backend.feature',
      'server-tokens in docs/user-guide/nginx-configuration/configmap.md',
    ],
  },
  serviceAffinity: {
    title: '`sessionAffinity: ClientIP` of a Service',
    kubernetes: 'Requests from one client address go to one pod.',
    nginx: 'It is left aside: pods take requests in turn.',
    sources: [
      'https://kubernetes.io/docs/reference/networking/virtual-ips/#session-affinity',
      'getEndpointsFromSlices in internal/ingress/controller/endpointslices.go',
    ],
  },
} as const satisfies Differences;
