import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ReachableAt, Service } from '../../src/kube/objects.ts';
import { publishedAddresses, sameAddresses } from '../../src/status/addresses.ts';
import { service } from '../support/objects.ts';

function ofType(type: string, spec: Partial<Service['spec']>, ingress?: readonly ReachableAt[]): Service {
  const plain = service('naru');
  return { ...plain, spec: { ...plain.spec, type, ...spec }, ...(ingress === undefined ? {} : { status: { loadBalancer: { ingress } } }) };
}

const cases: readonly { readonly given: Parameters<typeof publishedAddresses>[0]; readonly expected: readonly ReachableAt[] }[] = [
  { given: { fixed: [] }, expected: [] },
  {
    given: { fixed: ['lb.example.com', '192.0.2.2', '192.0.2.1', '192.0.2.1'] },
    expected: [{ hostname: 'lb.example.com' }, { ip: '192.0.2.1' }, { ip: '192.0.2.2' }],
  },
  { given: { fixed: ['2001:db8::1'], service: ofType('ClusterIP', { clusterIP: '10.0.0.1' }) }, expected: [{ ip: '2001:db8::1' }] },
  { given: { fixed: [], service: ofType('LoadBalancer', { clusterIP: '10.0.0.1' }) }, expected: [] },
  {
    given: {
      fixed: [],
      service: ofType('LoadBalancer', { externalIPs: ['192.0.2.9'] }, [
        { ip: '192.0.2.1', hostname: 'a.b' },
        { hostname: 'lb.example.com' },
      ]),
    },
    expected: [{ hostname: 'lb.example.com' }, { ip: '192.0.2.1' }, { ip: '192.0.2.9' }],
  },
  {
    given: { fixed: [], service: ofType('NodePort', { clusterIP: '10.0.0.1', externalIPs: ['192.0.2.9'] }) },
    expected: [{ ip: '192.0.2.9' }],
  },
  { given: { fixed: [], service: ofType('NodePort', { clusterIP: '10.0.0.1' }) }, expected: [{ ip: '10.0.0.1' }] },
  { given: { fixed: [], service: ofType('ClusterIP', { clusterIP: '10.0.0.1' }) }, expected: [{ ip: '10.0.0.1' }] },
  { given: { fixed: [], service: ofType('ClusterIP', { clusterIP: 'None' }) }, expected: [] },
  { given: { fixed: [], service: ofType('ExternalName', { externalName: 'lb.example.com' }) }, expected: [{ hostname: 'lb.example.com' }] },
];

for (const { given, expected } of cases) {
  const { type = '', ...spec } = given.service?.spec ?? {};
  test(`addresses: ${given.fixed.join(', ')} ${type} ${JSON.stringify(spec)}`, () => assert.deepEqual(publishedAddresses(given), expected));
}

test('the order of addresses does not matter', () => {
  assert.ok(sameAddresses([{ ip: '192.0.2.1' }, { hostname: 'a' }], [{ hostname: 'a' }, { ip: '192.0.2.1' }]));
  assert.ok(!sameAddresses([{ ip: '192.0.2.1' }], [{ hostname: '192.0.2.1' }]));
  assert.ok(!sameAddresses([{ ip: '192.0.2.1' }], []));
});
