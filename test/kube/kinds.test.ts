import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { parseFieldPath, printFieldPath } from '../../src/kube/field-path.ts';
import { collectionPath, kindNames, kinds } from '../../src/kube/kinds.ts';
import type { Kind, KubeObjects } from '../../src/kube/objects.ts';
import { read } from '../../src/kube/read.ts';
import { complaints } from './support/complaints.ts';
import { backend, ingressObject, withPath } from './support/objects.ts';

function valid<K extends Kind>(kind: K, raw: unknown): KubeObjects[K] {
  const reading = read(kind, raw);
  assert.ok(reading.ok, JSON.stringify(reading));
  return reading.object;
}

test('an Ingress is trimmed to what Naru reads', () => {
  const raw = ingressObject(
    {
      ingressClassName: 'naru',
      defaultBackend: null,
      tls: [{ hosts: ['shop.example.com'], secretName: 'shop-tls' }, { secretName: '' }],
      rules: [{ host: 'shop.example.com', http: { paths: [{ path: '/', pathType: 'Exact', backend, extra: 1 }] } }, { host: '' }],
    },
    {
      generation: 3,
      creationTimestamp: '2026-01-31T13:00:00.5+01:00',
      managedFields: [{ manager: 'kubectl' }],
      uid: '1',
      labels: { app: 'shop' },
      annotations: {
        'kubectl.kubernetes.io/last-applied-configuration': '{}',
        'nginx.ingress.kubernetes.io/ssl-redirect': 'true',
        empty: null,
      },
    },
  );
  const origin = { file: 'shop.yaml', line: 1, order: 0 };
  const status = { loadBalancer: { ingress: [{ ip: '192.0.2.1', ports: [] }, { hostname: 'lb.example.com', ip: '' }, {}, 'odd'] } };
  assert.deepEqual(read('Ingress', { ...raw, status }, origin), {
    ok: true,
    object: {
      kind: 'Ingress',
      metadata: {
        name: 'web',
        namespace: 'shop',
        uid: '1',
        generation: 3,
        creationTimestamp: '2026-01-31T12:00:00Z',
        labels: { app: 'shop' },
        annotations: { 'nginx.ingress.kubernetes.io/ssl-redirect': 'true', empty: '' },
        origin,
      },
      spec: {
        ingressClassName: 'naru',
        tls: [{ hosts: ['shop.example.com'], secretName: 'shop-tls' }, { hosts: [] }],
        rules: [{ host: 'shop.example.com', paths: [{ path: '/', pathType: 'Exact', backend }] }, {}],
      },
      status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }, { hostname: 'lb.example.com' }] } },
    },
  });
  for (const none of [undefined, null, {}, { loadBalancer: {} }, { loadBalancer: { ingress: 5 } }])
    assert.equal(valid('Ingress', { ...raw, status: none }).status, undefined);
});

test('what an API server fills in is filled in', () => {
  const service = valid('Service', { metadata: { name: 'web', creationTimestamp: null }, spec: { ports: [{ port: 80, targetPort: 0 }] } });
  assert.equal(service.metadata.namespace, 'default');
  assert.deepEqual(service.spec, { type: 'ClusterIP', ports: [{ name: '', port: 80, protocol: 'TCP', targetPort: 80 }] });

  const slice = {
    metadata: { name: 'web' },
    endpoints: [{ addresses: ['fd00::1'], conditions: { ready: true, serving: null } }],
    ports: [{ port: 80 }],
  };
  const { addressType, endpoints, ports } = valid('EndpointSlice', slice);
  assert.deepEqual(
    { addressType, endpoints, ports },
    {
      addressType: 'IPv6',
      endpoints: [{ addresses: ['fd00::1'], ready: true }],
      ports: [{ name: '', port: 80, protocol: 'TCP' }],
    },
  );
  const addressTypes = ['10.0.0.1', 'web.example.com', undefined].map(
    (address) =>
      valid('EndpointSlice', { metadata: { name: 'x' }, endpoints: address && [{ addresses: [address] }], ports: null }).addressType,
  );
  assert.deepEqual(addressTypes, ['IPv4', 'FQDN', 'IPv4']);

  const ingressClass = valid('IngressClass', {
    metadata: { name: 'naru', namespace: 'ignored' },
    spec: { controller: 'naru.dev/ingress' },
  });
  assert.equal(ingressClass.metadata.namespace, '');
});

test('a Secret keeps only what Naru uses, decoded; stringData wins', () => {
  const response = Buffer.alloc(1000, 0xff);
  const { data, type } = valid('Secret', {
    metadata: { name: 'auth' },
    data: {
      'tls.ocsp-staple': response.toString('base64'),
      auth: 'YWxp\nY2U=',
      user: 'YQ==',
      long: Buffer.alloc(1000).toString('base64'),
      'ca.crt': 'YQ==',
    },
    stringData: { 'ca.crt': 'plain' },
  });
  assert.equal(type, 'Opaque');
  const { 'tls.ocsp-staple': kept, ...others } = data;
  assert.deepEqual(kept, response);
  assert.deepEqual(
    Object.entries(others).map(([key, value]) => `${key}=${value.toString()}`),
    ['user=a', 'ca.crt=plain', 'auth=alice'],
  );
});

test('what an API server lets in is let in', () => {
  const specs = [
    { rules: [{ host: '*.example.com' }] },
    { rules: [{ host: '1a.example.com' }] },
    withPath({ pathType: 'ImplementationSpecific', path: undefined }),
    withPath({ pathType: 'ImplementationSpecific', path: '/a//(.*)%2f..' }),
    withPath({ path: '/%E4/a.b..c' }),
    withPath({ backend: { resource: { apiGroup: 'a.b', kind: 'Bucket', name: 'b' } } }),
    { defaultBackend: backend, rules: null, tls: [{ hosts: ['10.0.0.1'], secretName: null }] },
  ];
  for (const spec of specs) assert.deepEqual(complaints('Ingress', ingressObject(spec)), []);
});

test('a problem names the object and what was done', () => {
  const reading = read('Ingress', ingressObject({}));
  assert.deepEqual(!reading.ok && reading.problems, [
    {
      code: 'NR102',
      severity: 'error',
      source: { kind: 'Ingress', namespace: 'shop', name: 'web', field: 'spec' },
      message: 'The Ingress has neither rules nor a default backend.',
      done: 'The object was left out.',
      fix: 'Add "rules" or "defaultBackend".',
    },
  ]);
});

test('no value of a Secret appears in a problem', () => {
  const secret = 'correct-horse';
  const raws = [{ data: { auth: secret } }, { data: secret }, { stringData: { auth: { [secret]: secret } } }, { stringData: [secret] }];
  for (const raw of raws) {
    const reading = read('Secret', { metadata: { name: 'a' }, ...raw });
    assert.equal(reading.ok, false);
    assert.doesNotMatch(JSON.stringify(reading), /correct-horse/);
  }
});

/** Arbitrary JSON at every level of something that looks like an object. */
const almostObject = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 6 }, fc.jsonValue(), tie('map'), fc.array(tie('value'), { maxLength: 3 })),
  map: fc.dictionary(
    fc.constantFrom(
      'metadata',
      'name',
      'namespace',
      'annotations',
      'spec',
      'rules',
      'host',
      'http',
      'paths',
      'path',
      'pathType',
      'backend',
      'service',
      'port',
      'number',
      'ports',
      'endpoints',
      'addresses',
      'data',
      'stringData',
      'tls.crt',
      '__proto__',
    ),
    tie('value'),
    { maxKeys: 6 },
  ),
}));

test('whatever comes, read does not throw', () => {
  fc.assert(
    fc.property(fc.constantFrom(...kindNames), fc.oneof(fc.jsonValue(), almostObject.map), (kind, raw) => {
      const reading = read(kind, raw);
      assert.ok(reading.ok || reading.problems.length > 0);
    }),
    { numRuns: 1000 },
  );
});

test('what was read says the same when it is read again', () => {
  const name = fc.stringMatching(/^[a-z]([a-z0-9]{0,8})$/);
  const port = fc.record({
    port: fc.integer({ min: 1, max: 65535 }),
    targetPort: fc.option(fc.oneof(name, fc.integer({ min: 0, max: 65535 }))),
  });
  fc.assert(
    fc.property(name, fc.array(port, { minLength: 1, maxLength: 1 }), (service, ports) => {
      const once = valid('Service', { metadata: { name: service }, spec: { ports } });
      assert.deepEqual(valid('Service', once), once);
    }),
  );
});

test('paths of collections', () => {
  assert.equal(collectionPath(kinds.Ingress), '/apis/networking.k8s.io/v1/ingresses');
  assert.equal(collectionPath(kinds.Ingress, 'shop'), '/apis/networking.k8s.io/v1/namespaces/shop/ingresses');
  assert.equal(collectionPath(kinds.Secret, 'shop'), '/api/v1/namespaces/shop/secrets');
  assert.equal(collectionPath(kinds.IngressClass, 'shop'), '/apis/networking.k8s.io/v1/ingressclasses');
  assert.equal(
    kinds.Secret.fieldSelector,
    'type!=helm.sh/release.v1,type!=kubernetes.io/service-account-token,type!=bootstrap.kubernetes.io/token',
  );
});

test('field paths are printed and read back', () => {
  assert.equal(printFieldPath(['spec', 'rules', 0, 'http', 'paths', 1, 'backend']), 'spec.rules[0].http.paths[1].backend');
  assert.equal(printFieldPath(['metadata', 'annotations', 'a.b/c-d']), 'metadata.annotations["a.b/c-d"]');
  const segment = fc.oneof(fc.nat(99), fc.string({ minLength: 1 }), fc.constantFrom('spec', 'tls.crt', 'a"b'));
  fc.assert(fc.property(fc.array(segment), (path) => assert.deepEqual(parseFieldPath(printFieldPath(path)), path)));
});
