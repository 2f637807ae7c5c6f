import type { CodeRows } from './row.ts';

/** 3xx: hosts and paths. */
export const routingCodes = {
  NR302: {
    severity: 'warning',
    title: 'The path is already taken',
    meaning: 'This path takes no requests; the other one does, and nothing else is touched.',
    cause: 'Two rules have the same host, path and pathType. Of two Ingresses the older one has it.',
    fix: 'Change the path or the host, or remove one of the two. A share of the requests is what canaries are for.',
  },
  NR303: {
    severity: 'warning',
    title: 'A path that looks like a regular expression',
    meaning: 'Only requests whose path has these very characters match; others go to a wider path or get 404.',
    cause:
      'Paths of the types Exact and Prefix are no regular expressions, and ImplementationSpecific ones neither, unless an annotation says so.',
    fix: 'Write the paths one by one, or the beginning that they share as a Prefix.',
    example: `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: shop }
spec:
  ingressClassName: naru
  rules:
    - host: shop.example.com
      http:
        paths:
          - { path: '/item/(.*)', pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { ports: [{ port: 80 }] }
`,
  },
  NR304: {
    severity: 'error',
    title: 'A regular expression that Envoy cannot match',
    meaning:
      'This path alone is not served: requests that begin as it does, up to its first special character, are answered with 503; where it begins with one, nothing is.',
    cause:
      'The paths of the host are regular expressions, because an annotation of one of its Ingresses asks for it. ingress-nginx reads them as PCRE and Envoy as RE2, which has no look-arounds, back-references and possessive repetitions.',
    fix: 'Rewrite the path; the message says at which character, and how.',
    example: `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: shop
  annotations: { nginx.ingress.kubernetes.io/use-regex: 'true' }
spec:
  ingressClassName: naru
  rules:
    - host: shop.example.com
      http:
        paths:
          - { path: '/api/(?!internal).*', pathType: ImplementationSpecific, backend: { service: { name: web, port: { number: 80 } } } }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { ports: [{ port: 80 }] }
`,
  },
  NR305: {
    severity: 'warning',
    title: 'Another name of a host that is taken',
    meaning: 'Requests for the name are served by what has it; the other hosts of the Ingress are served as before.',
    cause: 'A name in `server-alias` is a host in the rules of some Ingress, or another host has it as its alias.',
    fix: 'Remove the name from `server-alias`, or the rules under it.',
    example: `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: web
  namespace: shop
  annotations: { nginx.ingress.kubernetes.io/server-alias: other.example.com }
spec:
  ingressClassName: naru
  rules:
    - host: shop.example.com
      http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] }
    - host: other.example.com
      http: { paths: [{ path: /, pathType: Prefix, backend: { service: { name: web, port: { number: 80 } } } }] }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { ports: [{ port: 80 }] }
`,
  },
  NR306: {
    severity: 'info',
    title: 'A path that another Ingress made a regular expression',
    meaning: 'The path is served, and takes more requests than it would by itself: whatever begins so, in capital letters, too.',
    cause: 'As in ingress-nginx, `use-regex` and `rewrite-target` of one Ingress hold for all paths of its host.',
    fix: 'Give the Ingresses different hosts, or end the expression with `$` where the whole path is meant.',
    example: `apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: api
  namespace: shop
  annotations: { nginx.ingress.kubernetes.io/rewrite-target: /$1 }
spec:
  ingressClassName: naru
  rules:
    - host: shop.example.com
      http: { paths: [{ path: /api/(.*), pathType: ImplementationSpecific, backend: { service: { name: web, port: { number: 80 } } } }] }
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: { name: web, namespace: shop }
spec:
  ingressClassName: naru
  rules:
    - host: shop.example.com
      http: { paths: [{ path: /head, pathType: Exact, backend: { service: { name: web, port: { number: 80 } } } }] }
---
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { ports: [{ port: 80 }] }
`,
  },
} as const satisfies CodeRows;
