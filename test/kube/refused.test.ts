import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Kind } from '../../src/kube/objects.ts';
import { complaints } from './support/complaints.ts';
import { backend, ingressObject, withPath } from './support/objects.ts';

const ingresses: Readonly<Record<string, unknown>> = {
  'spec: The Ingress has neither rules nor a default backend. Add "rules" or "defaultBackend".': {},
  'spec: "spec" must be a map, but it is text.': 'x',
  'spec.rules[0].host: The host "shop.example.com:8080" has a port, and hosts are written without one. Write "shop.example.com".': {
    rules: [{ host: 'shop.example.com:8080' }],
  },
  'spec.rules[0].host: The host "Shop.Example.com" has upper-case letters. Write "shop.example.com".': {
    rules: [{ host: 'Shop.Example.com' }],
  },
  'spec.rules[0].host: The host "a.*.com" has a wildcard that is not the whole first part. Write a wildcard as in "*.example.com".': {
    rules: [{ host: 'a.*.com' }],
  },
  'spec.rules[0].host: The host "10.0.0.1" is an IP address, and only DNS names can be hosts. Leave "host" out to match every host.': {
    rules: [{ host: '10.0.0.1' }],
  },
  'spec.rules[0].host: The host "https://a.com/" is a URL. Write only the DNS name.': { rules: [{ host: 'https://a.com/' }] },
  'spec.rules[0].host: The host "a_b.com" is not valid: it must be lower-case letters, digits, "-" and ".", with a letter or digit at both ends of each part.':
    { rules: [{ host: 'a_b.com' }] },
  'spec.rules[0].http.paths: The rule has "http" without any path. Add a path, or leave "http" out.': { rules: [{ http: {} }] },
  'spec.rules[0].http.paths[0].pathType: The path type is missing. Write "pathType: Prefix", or Exact, or ImplementationSpecific.':
    withPath({
      pathType: undefined,
    }),
  'spec.rules[0].http.paths[0].pathType: The path type "prefix" is unknown. Write "pathType: Prefix", or Exact, or ImplementationSpecific.':
    withPath({
      pathType: 'prefix',
    }),
  'spec.rules[0].http.paths[0].path: The path "api" does not begin with "/". Write "/api".': withPath({ path: 'api' }),
  'spec.rules[0].http.paths[0].path: A path of type Prefix must be written. Write "/".': withPath({ path: undefined }),
  'spec.rules[0].http.paths[0].path: The path "/a//b" contains "//", which no path of type Prefix may.': withPath({ path: '/a//b' }),
  'spec.rules[0].http.paths[0].path: The path "/a/.." contains "/..", which no path of type Prefix may.': withPath({ path: '/a/..' }),
  'spec.rules[0].http.paths[0].backend: This backend names neither a Service nor a resource. Write "service: {name: web, port: {number: 80}}".':
    withPath({
      backend: undefined,
    }),
  'spec.rules[0].http.paths[0].backend: This backend names a Service and a resource. Keep one of "service" and "resource".': withPath({
    backend: { ...backend, resource: { kind: 'Bucket', name: 'b' } },
  }),
  'spec.rules[0].http.paths[0].backend: This backend is written with "serviceName" and "servicePort", which are fields of v1beta1. Write "service: {name: web, port: {number: 80}}".':
    withPath({ backend: { serviceName: 'web', servicePort: 80 } }),
  'spec.rules[0].http.paths[0].backend.service.port: The port of this backend has a name and a number. Keep one of "name" and "number".':
    withPath({
      backend: { service: { name: 'web', port: { name: 'http', number: 80 } } },
    }),
  'spec.rules[0].http.paths[0].backend.service.port: The port of this backend has neither a name nor a number. Add "number" or "name".':
    withPath({
      backend: { service: { name: 'web', port: { number: 0 } } },
    }),
  'spec.rules[0].http.paths[0].backend.service.port.number: The port 70000 is not between 1 and 65535.': withPath({
    backend: { service: { name: 'web', port: { number: 70000 } } },
  }),
  'spec.rules[0].http.paths[0].backend.service.port.number: "number" must be a number, but it is text. Write the value without quotes.':
    withPath({
      backend: { service: { name: 'web', port: { number: '80' } } },
    }),
  'spec.rules[0].http.paths[0].backend.service.name: The Service name "Web" is not valid: it must be at most 63 lower-case letters, digits and "-", with a letter or digit at both ends. Write "web".':
    withPath({ backend: { service: { name: 'Web', port: { number: 80 } } } }),
  'spec.tls[0].hosts[0]: The host "Shop" has upper-case letters. Write "shop".': { defaultBackend: backend, tls: [{ hosts: ['Shop'] }] },
};

for (const [sentence, spec] of Object.entries(ingresses)) {
  test(`an Ingress is refused: ${sentence}`, () => assert.deepEqual(complaints('Ingress', ingressObject(spec)), [sentence]));
}

const others: readonly [sentence: string, kind: Kind, raw: unknown][] = [
  ['metadata: "metadata" is missing. Write a map here.', 'Ingress', { spec: { defaultBackend: backend } }],
  [
    'metadata.name: The object has no name. Write "name" instead of "generateName".',
    'Ingress',
    ingressObject({ defaultBackend: backend }, { name: undefined, generateName: 'x-' }),
  ],
  [
    'metadata.annotations.a: "a" must be text, but it is true or false. Put the value in quotes.',
    'Ingress',
    ingressObject({ defaultBackend: backend }, { annotations: { a: true } }),
  ],
  [
    'metadata.annotations["a b"]: The key "a b" is not valid: it must be a name, or a DNS name, "/" and a name.',
    'Ingress',
    ingressObject({ defaultBackend: backend }, { annotations: { 'a b': '' } }),
  ],
  [
    'metadata.creationTimestamp: The time "today" is not valid. Write it as in "2026-01-31T12:00:00Z", or leave it out.',
    'Ingress',
    ingressObject({ defaultBackend: backend }, { creationTimestamp: 'today' }),
  ],
  ['spec.controller: "controller" is missing. Write text here.', 'IngressClass', { metadata: { name: 'a' } }],
  [
    'spec.ports[1].name: A port of a Service with several ports must have a name. Add "name".',
    'Service',
    { metadata: { name: 'a' }, spec: { ports: [{ name: 'a', port: 1 }, { port: 2 }] } },
  ],
  [
    'spec.ports[1].name: Two ports of the Service have the name "a".',
    'Service',
    {
      metadata: { name: 'a' },
      spec: {
        ports: [
          { name: 'a', port: 1 },
          { name: 'a', port: 2 },
        ],
      },
    },
  ],
  ['spec.ports: The Service has no ports. Add "ports".', 'Service', { metadata: { name: 'a' } }],
  [
    'spec.externalName: A Service of type ExternalName must say its external name. Add "externalName".',
    'Service',
    { metadata: { name: 'a' }, spec: { type: 'ExternalName' } },
  ],
  [
    'spec.type: The Service type "clusterIP" is unknown. Write one of "ClusterIP", "NodePort", "LoadBalancer", "ExternalName".',
    'Service',
    { metadata: { name: 'a' }, spec: { type: 'clusterIP', ports: [{ port: 1 }] } },
  ],
  [
    'spec.ports[0].targetPort: The port 0.5 is not a whole number.',
    'Service',
    { metadata: { name: 'a' }, spec: { ports: [{ port: 1, targetPort: 0.5 }] } },
  ],
  ['endpoints[0].addresses: The endpoint has no address. Add "addresses".', 'EndpointSlice', { metadata: { name: 'a' }, endpoints: [{}] }],
  [
    'endpoints[0].addresses[1]: The address "x" is not an IPv4 address.',
    'EndpointSlice',
    { metadata: { name: 'a' }, endpoints: [{ addresses: ['10.0.0.1', 'x'] }] },
  ],
  [
    'data["tls.crt"]: "tls.crt" is not in base64. Encode the value with "base64 -w0", or write it as it is below "stringData".',
    'Secret',
    { metadata: { name: 'a' }, data: { 'tls.crt': '-----BEGIN' } },
  ],
  [
    'data["tls.key"]: A Secret of type kubernetes.io/tls must have "tls.key". Add "tls.key" below "data".',
    'Secret',
    { metadata: { name: 'a' }, type: 'kubernetes.io/tls', data: { 'tls.crt': '' } },
  ],
];

for (const [sentence, kind, raw] of others) {
  test(`${kind} is refused: ${sentence}`, () => assert.deepEqual(complaints(kind, raw), [sentence]));
}
