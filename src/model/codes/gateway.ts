import type { CodeRows } from './row.ts';

/** The Gateway API. */
export const gatewayCodes = {
  NR601: {
    severity: 'error',
    title: 'A backend of a route of the Gateway API that cannot be used',
    meaning: 'Its share of the requests is answered with 500; other backends of the rule get theirs.',
    cause:
      'It names no Service, or no port of it, or one of another namespace that does not allow it (ReferenceGrant), or a filter stands beside it that cannot be had.',
    fix: 'The message says what; the condition ResolvedRefs of the route says the same.',
  },
  NR602: {
    severity: 'error',
    title: 'A BackendTLSPolicy that cannot be used as it is written',
    meaning: 'Without any certificate that can be used, requests to its backends are answered with 500: nothing is sent in plain text.',
    cause: 'A ConfigMap or Secret that it names is missing or unusable, or two policies are about one Service.',
    fix: 'Create or correct what the message names.',
  },
  NR603: {
    severity: 'error',
    title: 'A Gateway, or a listener of one, that is not served',
    meaning: 'Nobody can connect to it. Other listeners are served.',
    cause:
      'It wants a port that Ingresses, a TCP or UDP service or an older listener has, an address that it cannot get, or something that Naru does not have. A port of an address is for Ingresses or for Gateways, never for both; Ingresses have theirs first.',
    fix: 'Give it another port, or each Gateway an address of its own by --gateway-address-pool.',
  },
  NR604: {
    severity: 'error',
    title: 'A certificate, or a kind of routes, of a Gateway that cannot be used',
    meaning: 'A listener without any certificate that it can use is not served.',
    cause:
      'A Secret is missing, unusable or of another namespace without a ReferenceGrant, or a kind is allowed that the protocol cannot carry.',
    fix: 'The message says what; the conditions of the Gateway say the same.',
  },
  NR605: {
    severity: 'error',
    title: 'A route that a Gateway does not take',
    meaning: 'It is not served there; other parents of the route may serve it.',
    cause: 'The listener is of another port, protocol or hostname than the route, or allows no routes of this namespace or kind.',
    fix: 'Change parentRefs of the route, or allowedRoutes of the listener.',
  },
  NR606: {
    severity: 'error',
    title: 'Rules of a route that cannot be served',
    meaning: 'Their requests are answered with 500, and never fall to a wider rule. The other rules are served.',
    cause: 'A rule has something that Naru does not do, or two parts that exclude each other.',
    fix: 'Change what the message names; the condition PartiallyInvalid of the route says the same.',
  },
  NR607: {
    severity: 'info',
    title: 'A hostname that an Ingress has, too',
    meaning: 'Both are served, each at its own address or port: where a client connects to decides.',
    cause: 'An Ingress is on its way to the Gateway API, or two teams have chosen the same name.',
    fix: 'Delete the Ingress when clients come to the Gateway.',
  },
  NR608: {
    severity: 'info',
    title: 'A Gateway, ListenerSet or GatewayClass that is not there',
    meaning: 'What names it is served by nobody as long as it is not there.',
    cause: 'It is still to come, or has another name or namespace. Where files are read, it may be in the cluster.',
    fix: 'Create it, or name one that is there.',
  },
} as const satisfies CodeRows;
