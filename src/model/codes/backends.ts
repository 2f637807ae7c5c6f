import type { CodeRows } from './row.ts';

/** 5xx: Services and their pods. */
export const backendCodes = {
  NR501: {
    severity: 'error',
    title: 'A Service does not exist',
    meaning:
      'Requests for it are answered with 503; other paths are served. As the default backend of Naru it is passed over, and such requests get 404.',
    cause: 'The name is mistyped, or the Service is in another namespace: a backend is looked up in that of its Ingress.',
    fix: 'Create the Service, or correct the name.',
  },
  NR502: {
    severity: 'error',
    title: 'A Service has no such port',
    meaning: 'Requests for it are answered with 503; other paths are served.',
    cause: 'The number or name is none of the ports of the Service, whose targetPort does not count, or the protocol is another one.',
    fix: 'Name one of its ports: the message lists them.',
  },
  NR503: {
    severity: 'error',
    title: 'A kind of backend that is not supported',
    meaning: 'Requests for it are answered with 503; other paths are served.',
    cause: 'A backend that is an object of another kind (spec.resource) is something that Naru does not know.',
    fix: 'Name a Service.',
  },
  NR504: {
    severity: 'error',
    title: 'ExternalName Services are turned off',
    meaning: 'The path answers 503. Nothing else is touched.',
    cause: 'Naru runs with --disable-svc-external-name.',
    fix: 'Use a Service with EndpointSlices of your own, or run Naru without that flag.',
  },
  NR505: {
    severity: 'error',
    title: 'An external name that is refused',
    meaning: 'The path answers 503. Nothing else is touched.',
    cause:
      'Such a name stands for the machine of the proxy or for the metadata service of a cloud: whoever may write Services could read what is meant for these alone.',
    fix: 'Name a host that is neither.',
  },
  NR506: {
    severity: 'info',
    title: 'An EndpointSlice of host names is not used',
    meaning: 'Requests go to the other endpoints of the Service; without any they are answered with 503.',
    cause: 'Kubernetes gives host names in EndpointSlices no meaning, and kube-proxy passes them by as well.',
    fix: 'Write IP addresses, or use a Service of type ExternalName.',
  },
  NR507: {
    severity: 'warning',
    title: 'A Service without an address of its own',
    meaning: 'Its pods take the requests, as if service-upstream were absent.',
    cause: 'The Service is headless or of type ExternalName, or it comes from a folder and says no clusterIP.',
    fix: 'Remove service-upstream, or give the Service a cluster IP.',
  },
} as const satisfies CodeRows;
