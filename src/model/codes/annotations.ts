import type { CodeRows } from './row.ts';

/** 2xx: annotations. */
export const annotationCodes = {
  NR214: {
    severity: 'error',
    title: 'An annotation value is not valid',
    meaning: 'The annotation counts as absent; where it protects something, the paths of the Ingress answer 503 instead. All others act.',
    cause: 'A word where a number should be, a unit that is not known, or a word that is none of those allowed.',
    fix: 'Write a value as the message shows; docs/annotations.md has types and examples.',
  },
  NR215: {
    severity: 'warning',
    title: 'An annotation without effect',
    ofName: true,
    meaning: 'The annotation changes nothing. All others act.',
    cause: 'It is about something that Envoy does in another way or not at all, or waits for another annotation that is absent.',
    fix: 'The message says what does the same, if anything does. Else remove it.',
  },
  NR216: {
    severity: 'warning',
    title: 'An annotation that does not exist',
    ofName: true,
    meaning: 'It has no effect.',
    cause: 'It is mistyped, or belongs to another controller with the same prefix.',
    fix: 'Correct or remove it; docs/annotations.md lists all that are read.',
  },
  NR217: {
    severity: 'warning',
    title: 'Error pages that nobody makes',
    meaning: 'Errors go to clients as backends answer them.',
    cause:
      'custom-http-errors asks for pages, and neither the annotation default-backend nor --default-backend-service names a Service with ready pods that makes them.',
    fix: 'Name one, or look why its pods are not ready.',
  },
  NR218: {
    severity: 'error',
    title: 'TLS that is not passed through',
    meaning: 'TLS of the host ends at the proxy, with its certificate; requests are served by their paths.',
    cause: 'ssl-passthrough hands on whole connections: it has to be switched on, and needs a backend at the path /.',
    fix: 'Start Naru with --enable-ssl-passthrough, or give the host the path /.',
  },
  NR219: {
    severity: 'error',
    title: 'Headers of answers that cannot be had',
    meaning: 'The paths of the Ingress answer 503, so that no answer lacks a header that protects somebody.',
    cause:
      'The ConfigMap that custom-headers names is not there or not readable, or has an entry that cannot be a header or is not allowed.',
    fix: 'Create or correct it; Naru needs a Role to list and watch it.',
  },
  NR220: {
    severity: 'error',
    title: 'A snippet that cannot be read, and closes what it might protect',
    meaning: 'What the snippet is about answers 503: the paths of its Ingress, or the host.',
    cause: 'Naru reads some directives of nginx, and this one, which may keep somebody out, is not among them.',
    fix: 'Use annotations that say the same, or directives that docs/snippets.md lists.',
  },
  NR221: {
    severity: 'warning',
    title: 'Lines of a snippet without effect',
    meaning: 'These lines do nothing; the rest of the snippet acts.',
    cause: 'Naru reads some directives of nginx, and these are not among them. None of them keeps anybody out.',
    fix: 'Use annotations that say the same, directives that docs/snippets.md lists, or remove the lines.',
  },
  NR222: {
    severity: 'error',
    title: 'A snippet, where snippets are not allowed',
    meaning: 'The snippet does nothing. If it may keep somebody out, what it is about answers 503.',
    cause: 'allow-snippet-annotations of the ConfigMap is not "true", which is the default.',
    fix: 'Use the annotations that say the same, or let whoever runs Naru allow snippets.',
  },
  NR223: {
    severity: 'error',
    title: 'An annotation that the ConfigMap does not allow',
    meaning: 'All paths of the Ingress answer 503, so that nothing is served without what the annotation may protect.',
    cause: 'annotations-risk-level of the ConfigMap allows only annotations of a lower risk.',
    fix: 'Remove the annotation, or let whoever runs Naru raise the level.',
  },
  NR224: {
    severity: 'warning',
    title: 'A second server-snippet for a host',
    meaning: 'The older one acts; this one has no effect for that host.',
    cause: 'Two Ingresses of one host have the annotation server-snippet, and it is about the whole host.',
    fix: 'Put both into one.',
  },
  NR230: {
    severity: 'warning',
    title: 'A canary without a primary',
    meaning: 'This path of the canary takes no requests. No other path is touched.',
    cause:
      'A canary shares the requests of another Ingress, and none has the same host, path and pathType, or it belongs to another class.',
    fix: 'Give the canary the host, path and pathType of that Ingress.',
  },
  NR231: {
    severity: 'info',
    title: 'A canary without ready pods',
    meaning: 'All requests go to the primary until a pod of the canary is ready.',
    cause: 'The Service of the canary selects no ready pod: a rollout that has begun or ended looks so, too.',
    fix: 'Nothing during a rollout. Else: kubectl get pods with the selector of the Service.',
  },
  NR232: {
    severity: 'warning',
    title: 'A second canary for the same path',
    meaning: 'The older canary acts; this one takes no requests for the path.',
    cause: 'Two Ingresses with the annotation canary have the same host and path.',
    fix: 'Remove one of the two.',
  },
  NR240: {
    severity: 'error',
    title: 'A protection that lacks what it needs',
    meaning: 'The paths of the Ingress answer 503, or what the ConfigMap protects does: nobody comes in unasked.',
    cause: 'A Secret, a ConfigMap or an address that the protection needs is missing, unreadable or written wrongly.',
    fix: 'Do what the message says; the paths open by themselves when it is there.',
  },
  NR241: {
    severity: 'warning',
    title: 'A password hash that cannot be checked',
    meaning: 'These users get 503, and all others are served.',
    cause: 'The hash has a form that is not known, or is damaged.',
    fix: 'Make it anew with "htpasswd -B".',
  },
} as const satisfies CodeRows;
