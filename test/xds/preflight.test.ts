import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { KubeObject } from '../../src/kube/objects.ts';
import { Redacted } from '../../src/model/certificate.ts';
import type { Messages } from '../../src/proto/gen/messages.ts';
import { decode } from '../../src/proto/codec.ts';
import type { Build } from '../../src/runtime/build.ts';
import { checkCertificate } from '../../src/xds/preflight/certificate.ts';
import { regexObjection } from '../../src/xds/preflight/regex.ts';
import { built, routesOf } from '../support/build.ts';
import { certificateFor, certificateSecrets } from '../support/certificates.ts';
import { ingress, naruClass, remove, service, slice, upsert } from '../support/objects.ts';
import { certificates } from './certificates-by-key.ts';

const neighbour = ingress({ name: 'good', host: 'good.test', paths: [{ path: '/', service: 'web' }] });
const world: readonly KubeObject[] = [naruClass, service('web'), slice('web-1', 'web', ['10.0.0.1', '10.0.0.2']), neighbour];

function withObjects(...objects: readonly KubeObject[]): Build {
  return built([...world, ...objects]);
}

/** `code Kind namespace/name field: message`, for each. */
function told(build: Build): readonly string[] {
  return build.problems().map(({ code, source, message }) => `${code} ${source.kind} ${source.name} ${source.field ?? ''}: ${message}`);
}

function virtualHosts(build: Build): Readonly<Record<string, Messages['envoy.config.route.v3.VirtualHost']>> {
  return Object.fromEntries((routesOf(build.current).virtual_hosts ?? []).map((host) => [host.name ?? '', host]));
}

function hostWithPath(path: string, type: 'Exact' | 'Prefix' = 'Prefix') {
  return ingress({
    name: 'bad',
    host: 'bad.test',
    paths: [
      { path, service: 'web', type },
      { path: '/other', service: 'web' },
    ],
  });
}

describe('a path', () => {
  for (const [path, why] of [
    ['/api/?(.*)', 'it holds \\"?\\", which ends the path of a URL'.replaceAll('\\', '')],
    ['/a#b', 'it holds "#", which ends the path of a URL'],
    ['x', 'it is too short for a path'],
    ['/\ud800', 'it cannot be written in UTF-8'],
  ] as const) {
    test(`${JSON.stringify(path)} answers 503 and harms no other`, () => {
      const build = withObjects(hostWithPath(path));
      assert.deepEqual(told(build), [
        `NR712 Ingress bad spec.rules[0].http.paths[0]: Envoy would refuse the path ${JSON.stringify(path)}: ${why}.`,
      ]);
      const { 'bad.test': host, ...others } = virtualHosts(build);
      const refused = host?.routes?.find((route) => route.direct_response !== undefined);
      assert.equal(refused?.direct_response?.status, 503);
      assert.equal(refused?.match?.path, path.toWellFormed());
      assert.equal(host?.routes?.filter(({ route }) => route?.cluster === 'shop/web/80').length, 1);
      assert.deepEqual(others['good.test'], virtualHosts(withObjects())['good.test']);
    });
  }
  test('with control characters is one that Envoy takes', () => assert.deepEqual(told(withObjects(hostWithPath('/a\u0001\nb'))), []));
  test('that is exact may hold anything', () => assert.deepEqual(told(withObjects(hostWithPath('/a?b', 'Exact'))), []));
  test('is served when it is corrected', () => {
    const build = withObjects(hostWithPath('/a?b'));
    assert.equal(build.problems().length, 1);
    const { newProblems } = build.apply([upsert(hostWithPath('/a'))]);
    assert.deepEqual([newProblems, build.problems()], [[], []]);
    assert.deepEqual(routesOf(build.current), routesOf(withObjects(hostWithPath('/a')).current));
  });
});

describe('a host', () => {
  const bad = (host: string, name = 'bad') => ingress({ name, host, paths: [{ path: '/', service: 'web' }] });
  for (const host of ['a b', 'a*', '**', '*.', '*.a(b', 'a\nb', 'a\u0000', 'ä.test', '*a.test', 'a..b', '.a', '\ud800']) {
    test(`${JSON.stringify(host)} is left out`, () => {
      const build = withObjects(bad(host));
      assert.deepEqual(told(build), [`NR711 Ingress bad spec.rules[0].http.paths[0]: The host ${JSON.stringify(host)} is not a hostname.`]);
      assert.deepEqual(virtualHosts(build), virtualHosts(withObjects()));
    });
  }
  test('that is too long is left out', () => {
    const build = withObjects(bad(`${'a'.repeat(300)}.test`));
    assert.match(told(build)[0] ?? '', /^NR711 Ingress bad .*a…" has 305 characters; a hostname has at most 253\.$/);
    assert.deepEqual(Object.keys(virtualHosts(build)), ['good.test']);
  });
  test('each object that names it hears of it', () => {
    const build = withObjects(bad('a b'), ingress({ name: 'second', host: 'a b', paths: [{ path: '/second', service: 'web' }] }));
    assert.deepEqual(
      build.problems().map(({ source }) => source.name),
      ['bad', 'second'],
    );
  });
  test('that is left out is not among the names of a certificate either', async () => {
    const [secret] = await certificateSecrets(['good.test']);
    assert.ok(secret !== undefined);
    const tls = [{ hosts: [], secretName: 'good.test' }];
    const served = ingress({ name: 'good', host: 'good.test', paths: [{ path: '/', service: 'web' }], tls });
    const build = withObjects(secret, served, ingress({ name: 'bad', host: '*.*', paths: [{ path: '/', service: 'web' }], tls }));
    const resource = build.current?.resources.listeners.get('https');
    assert.ok(resource !== undefined);
    const { filter_chains: chains } = decode('envoy.config.listener.v3.Listener', resource.bytes);
    assert.deepEqual(
      chains?.flatMap((chain) => chain.filter_chain_match?.server_names ?? []),
      ['good.test'],
    );
  });
  test('is served when it is corrected', () => {
    const build = withObjects(bad('a b'));
    build.apply([upsert(bad('a.test'))]);
    assert.deepEqual(build.problems(), []);
    assert.deepEqual(Object.keys(virtualHosts(build)), ['a.test', 'good.test']);
  });
});

describe('an endpoint', () => {
  const addressesOf = (build: Build): readonly string[] => {
    const resource = build.current?.resources.endpoints.get('shop/web/80');
    assert.ok(resource !== undefined);
    const { endpoints = [] } = decode('envoy.config.endpoint.v3.ClusterLoadAssignment', resource.bytes);
    return endpoints.flatMap(({ lb_endpoints = [] }) =>
      lb_endpoints.map(({ endpoint }) => endpoint?.address?.socket_address?.address ?? ''),
    );
  };
  test('that is no address is left out', () => {
    const more = slice('web-2', 'web', ['not-an-ip', '10.0.0.3', '[::1]', 'fe80::1%eth0', '1.2.3', '']);
    const build = withObjects(more);
    assert.deepEqual(addressesOf(build), ['10.0.0.1', '10.0.0.2', '10.0.0.3']);
    assert.deepEqual(told(build), [
      'NR714 Service web : Envoy would refuse endpoints of shop/web/80: "" port 8080, "1.2.3" port 8080, "[::1]" port 8080 and 2 more.',
    ]);
    build.apply([remove(more)]);
    assert.deepEqual(build.problems(), []);
  });
  test('with a port that there is not is left out', () => {
    for (const port of [0, -1, 65_536, 1.5]) {
      const build = withObjects(slice('web-2', 'web', ['10.0.0.9'], { port }));
      assert.deepEqual(addressesOf(build), ['10.0.0.1', '10.0.0.2']);
      assert.equal(build.problems()[0]?.code, 'NR714');
    }
  });
  test('without another leaves the cluster without endpoints', () => {
    const build = built([naruClass, service('web'), slice('web-1', 'web', ['nowhere']), neighbour]);
    assert.deepEqual(addressesOf(build), []);
    assert.equal(build.problems()[0]?.done, 'There is no other endpoint: requests are answered with 503.');
  });
});

describe('a backend that cannot be a cluster', () => {
  const broken = service('\ud800');
  const to = (name: string) => ingress({ name: 'bad', host: 'bad.test', paths: [{ path: '/', service: name }] });
  test('is left out, and its routes answer 503', () => {
    const build = withObjects(broken, to('\ud800'));
    assert.match(told(build)[0] ?? '', /^NR715 Service .* name must be text that can be written in UTF-8\.$/);
    assert.equal(build.problems().length, 1);
    assert.deepEqual([...(build.current?.resources.clusters.names() ?? [])].sort(), ['naru-authz', 'shop/web/80']);
    assert.deepEqual([...(build.current?.resources.endpoints.names() ?? [])], ['shop/web/80']);
    assert.equal(virtualHosts(build)['bad.test']?.routes?.[0]?.direct_response?.status, 503);
    build.apply([upsert(to('web'))]);
    assert.deepEqual(build.problems(), []);
    assert.equal(virtualHosts(build)['bad.test']?.routes?.[0]?.route?.cluster, 'shop/web/80');
  });
});

describe('a certificate', () => {
  const model = (chain: string) => ({
    key: 'shop/tls',
    names: ['a.test'],
    notBefore: '',
    notAfter: '',
    chain,
    fingerprint: '',
    privateKey: new Redacted(Buffer.from('key')),
    sources: [{ kind: 'Secret', namespace: 'shop', name: 'tls' }],
  });
  test('whose key Envoy does not load is refused', () => {
    const faults = Object.entries(certificates).map(([key, chain]) => [
      key,
      checkCertificate(model(chain))?.problems[0]?.message ?? 'fine',
    ]);
    const refused = (why: string) => `Envoy would refuse the certificate shop/tls: it ${why}.`;
    assert.deepEqual(Object.fromEntries(faults), {
      ed25519: 'fine',
      ed448: refused('has a key of type ed448'),
      rsaPss: refused('has a key of type rsa-pss'),
      secp256k1: refused('has an ECDSA key on the curve secp256k1'),
      explicitCurve: refused('spells out its curve instead of naming it'),
      rsa1024: refused('has an RSA key of only 1024 bits'),
    });
  });
  test('that is the usual kind is fine', async () => {
    const { chain } = await certificateFor(['a.test']);
    assert.equal(checkCertificate(model(chain)), undefined);
    assert.equal(checkCertificate(model('no PEM'))?.problems[0]?.code, 'NR716');
  });
});

test('regular expressions of other engines', () => {
  const objections = ['a(?=b)', '(?<!x)y', String.raw`(a)\1`].map((regex) => regexObjection(regex));
  assert.deepEqual(objections, ['looks around with (?=', 'looks around with (?<!', String.raw`refers back to a group with \1`]);
  for (const fine of ['(?i)x', '(?P<n>a)', '(?<n>a)', String.raw`\\1`, String.raw`[(?=]\(?=`, String.raw`[^\]\1]`, 'a|b'])
    assert.equal(regexObjection(fine), undefined, fine);
});
