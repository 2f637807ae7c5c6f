import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Route } from '../../src/model/route.ts';
import type { Upstream } from '../../src/model/upstream.ts';
import type { Resource } from '../../src/snapshot/resource.ts';
import { renderCluster } from '../../src/xds/clusters/cluster.ts';
import { makeResource } from '../../src/xds/make-resource.ts';
import { answering, certificate, forwarding, hosts, service } from '../support/model-source.ts';
import { RefusingEnvoy } from '../support/refusing-envoy.ts';

const before = 'What Envoy accepted before is still served.';

function host(hostname: string, ...routes: readonly Route[]) {
  return { hostname, routes };
}

test('a changed host that is refused stays as it was, and its object hears of it', () => {
  const envoy = new RefusingEnvoy();
  envoy.given({ virtualHosts: hosts(host('a.test', answering('/', 'old', 'a')), host('b.test', answering('/', 'old', 'b'))) });
  envoy.given({ virtualHosts: hosts(host('a.test', answering('/', 'BAD', 'a')), host('b.test', answering('/', 'new', 'b'))) });
  assert.deepEqual(envoy.routes(), ['a.test / 200 old', 'b.test / 200 new']);
  const [problem] = envoy.problems;
  assert.deepEqual(problem, {
    code: 'NR701',
    severity: 'error',
    source: { kind: 'Ingress', namespace: 'shop', name: 'a', field: 'spec.rules[0]' },
    message: 'Envoy node-1 refused host a.test: it is bad',
    done: before,
    fix: 'Change what Envoy names: it is tried again as soon as it differs.',
  });
  assert.equal(envoy.problems.length, 1);
});

test('what is corrected is tried by itself, and the problem goes', () => {
  const envoy = new RefusingEnvoy();
  envoy.given({ virtualHosts: hosts(host('a.test', answering('/', 'old', 'a'))) });
  envoy.given({ virtualHosts: hosts(host('a.test', answering('/', 'BAD', 'a'))) });
  assert.equal(envoy.problems.length, 1);
  envoy.given({ virtualHosts: hosts(host('a.test', answering('/', 'new', 'a'))) });
  assert.deepEqual(envoy.routes(), ['a.test / 200 new']);
  assert.deepEqual(envoy.reports, []);
  assert.deepEqual([...envoy.source.assembly.quarantine.keys()], []);
});

test('what is put back to what it was leaves no problem', () => {
  const envoy = new RefusingEnvoy();
  envoy.given({ virtualHosts: hosts(host('a.test', answering('/', 'old', 'a'))) });
  envoy.given({ virtualHosts: hosts(host('a.test', answering('/', 'BAD', 'a'))) });
  envoy.given({ virtualHosts: hosts(host('a.test', answering('/', 'old', 'a'))) });
  assert.deepEqual(envoy.reports, []);
  envoy.given({ virtualHosts: hosts(host('a.test', answering('/', 'BAD', 'a'))) });
  envoy.given({ virtualHosts: { 'a.test': undefined } });
  assert.deepEqual(envoy.reports, []);
});

test('a new host answers 503 on the paths of the object that is refused, and on no others', () => {
  const envoy = new RefusingEnvoy();
  envoy.given({ virtualHosts: hosts(host('a.test', answering('/x', 'BAD', 'one'), answering('/', 'good', 'two'))) });
  assert.deepEqual(envoy.routes(), ['a.test /x 503 Ser', 'a.test / 200 goo']);
  assert.deepEqual(envoy.reports, ['NR701 Ingress one: Requests for the paths of Ingress shop/one are answered with 503.']);
});

test('of a host of three objects two are refused: these answer 503 on their paths; a host whose name is refused is left out', () => {
  const envoy = new RefusingEnvoy();
  envoy.given({
    virtualHosts: hosts(
      host('a.test', answering('/x', 'BAD', 'one'), answering('/y', 'BAD', 'two'), answering('/', 'good', 'three')),
      host('b.test', answering('/', 'good', 'b')),
      host('BAD.test', answering('/', 'good', 'c')),
    ),
  });
  assert.deepEqual(envoy.routes(), ['a.test /x 503 Ser', 'a.test /y 503 Ser', 'a.test / 200 goo', 'b.test / 200 goo']);
  assert.deepEqual(envoy.reports, [
    'NR701 Ingress c: The host is not served.',
    'NR701 Ingress one: Requests for the paths of Ingress shop/one are answered with 503.',
    'NR701 Ingress two: Requests for the paths of Ingress shop/two are answered with 503.',
  ]);
});

test('of a host of two objects one is refused: the change of the other goes through, then and later', () => {
  const envoy = new RefusingEnvoy();
  const given = (one: string, two: string): void =>
    envoy.given({ virtualHosts: hosts(host('a.test', answering('/x', one, 'one'), answering('/', two, 'two'))) });
  given('old', 'old');
  given('BAD', 'new');
  assert.deepEqual(envoy.routes(), ['a.test /x 200 old', 'a.test / 200 new']);
  assert.deepEqual(envoy.reports, [`NR701 Ingress one: ${before}`]);
  const refusals = envoy.refusals.length;
  given('BAD', 'newer');
  assert.deepEqual(envoy.routes(), ['a.test /x 200 old', 'a.test / 200 new']);
  assert.equal(envoy.refusals.length, refusals, 'what is put aside is not sent again with it');
  given('mended', 'newer');
  assert.deepEqual(envoy.routes(), ['a.test /x 200 men', 'a.test / 200 new']);
  assert.deepEqual(envoy.reports, []);
});

test('an object that moves to a path that is refused keeps the path that it had, before wider ones; the new one answers 503', () => {
  const envoy = new RefusingEnvoy();
  envoy.given({ virtualHosts: hosts(host('a.test', answering('/x', 'old', 'one'))) });
  envoy.given({ virtualHosts: hosts(host('a.test', answering('/y', 'BAD', 'one'), answering('/', 'new', 'two'))) });
  assert.deepEqual(envoy.routes(), ['a.test /y 503 Ser', 'a.test /x 200 old', 'a.test / 200 new']);
  assert.deepEqual(envoy.reports, [`NR701 Ingress one: ${before}`]);
});

test('a host that is put back keeps its old backend, which nobody else uses any more', () => {
  const envoy = new RefusingEnvoy();
  envoy.given({ ...service('old', [81]), virtualHosts: hosts(host('a.test', forwarding('/', 'shop/old/80', 'a'))) });
  const gone = { upstreams: { 'shop/old/80': undefined }, endpoints: { 'shop/old/80': undefined } };
  envoy.given({ ...gone, virtualHosts: hosts(host('a.test', answering('/', 'BAD', 'a'))) });
  assert.deepEqual(envoy.routes(), ['a.test / shop/old/80']);
  assert(envoy.holds('clusters shop/old/80'));
  assert(envoy.holds('endpoints shop/old/80'));
  envoy.given({ virtualHosts: hosts(host('a.test', answering('/', 'new', 'a'))) });
  assert.equal(envoy.holds('clusters shop/old/80'), undefined);
});

/** A cluster is refused when its Service is called so. */
function cluster(upstream: Upstream): Resource {
  const good = renderCluster(upstream);
  if (upstream.service !== 'BAD') return good;
  const { name, references, sources } = good;
  return makeResource('clusters', { name, alt_stat_name: 'BAD' }, { name, references, sources });
}

function badUpstream(key: string, name: string): Upstream {
  return { key, namespace: 'shop', service: 'BAD', port: 80, sources: [{ kind: 'Service', namespace: 'shop', name }] };
}

test('a changed cluster that is refused stays as it was', () => {
  const envoy = new RefusingEnvoy({ cluster });
  envoy.given({ ...service('web', [81]), virtualHosts: hosts(host('a.test', forwarding('/', 'shop/web/80', 'a'))) });
  const old = envoy.holds('clusters shop/web/80');
  envoy.given({ upstreams: { 'shop/web/80': badUpstream('shop/web/80', 'web') } });
  assert.equal(envoy.holds('clusters shop/web/80'), old);
  assert.deepEqual(envoy.reports, [`NR701 Service web: ${before}`]);
});

test('a new cluster that is refused is left out: its routes answer 503, and a canary loses its share', () => {
  const envoy = new RefusingEnvoy({ cluster });
  const split: Route = {
    ...forwarding('/split', 'shop/web/80', 'a'),
    action: { type: 'forward', upstreams: ['web', 'new'].map((name) => ({ upstream: `shop/${name}/80`, weight: 50 })) },
  };
  const { upstreams, endpoints } = service('web', [81]);
  envoy.given({
    upstreams: { ...upstreams, 'shop/new/80': badUpstream('shop/new/80', 'new') },
    endpoints: { ...endpoints, 'shop/new/80': [] },
    virtualHosts: hosts(host('a.test', forwarding('/new', 'shop/new/80', 'a'), split, forwarding('/', 'shop/web/80', 'b'))),
  });
  assert.deepEqual(envoy.routes(), ['a.test /new 503 Ser', 'a.test /split shop/web/80', 'a.test / shop/web/80']);
  assert.deepEqual(envoy.reports, ['NR701 Service new: Routes that have no other backend are answered with 503.']);
  envoy.given({ upstreams: { 'shop/new/80': { ...badUpstream('shop/new/80', 'new'), service: 'new' } } });
  assert.equal(envoy.routes()[0], 'a.test /new shop/new/80');
  assert.deepEqual(envoy.reports, []);
});

test('refused endpoints stay as they were; new ones are empty', () => {
  const envoy = new RefusingEnvoy();
  envoy.given(service('web', [81]));
  const old = envoy.holds('endpoints shop/web/80');
  const bad = service('web', [82], 'BAD').endpoints;
  const { upstreams, endpoints } = service('new', [83], 'BAD');
  envoy.given({ upstreams, endpoints: { ...bad, ...endpoints } });
  assert.equal(envoy.holds('endpoints shop/web/80'), old);
  assert(envoy.holds('endpoints shop/new/80'));
  assert.deepEqual(envoy.reports, [
    'NR701 Service new: It has no endpoints: requests for it are answered with 503.',
    `NR701 Service web: ${before}`,
  ]);
});

test('a refused certificate stays as it was; for a new one there is no filter chain', () => {
  const envoy = new RefusingEnvoy();
  const good = certificate('a', { chain: 'chain', privateKey: 'key' });
  envoy.given({
    virtualHosts: hosts(host('a.test'), host('b.test')),
    certificates: { 'shop/a': good },
    hostCertificates: { 'a.test': { certificate: 'shop/a' } },
  });
  const old = envoy.holds('secrets a.test');
  assert(envoy.holds('listeners https')?.includes('a.test'));
  const bad = { chain: 'BAD', privateKey: 'key' };
  envoy.given({
    certificates: { 'shop/a': certificate('a', bad), 'shop/b': certificate('b', bad) },
    hostCertificates: { 'b.test': { certificate: 'shop/b' } },
  });
  assert.equal(envoy.holds('secrets a.test'), old);
  assert.equal(envoy.holds('secrets b.test'), undefined);
  assert.equal(envoy.holds('listeners https')?.includes('b.test'), false);
  assert.deepEqual(envoy.reports, [
    `NR701 Secret a: ${before}`,
    'NR701 Secret b: Its hosts are served with the default certificate, or not by HTTPS where there is none.',
  ]);
});

test('a refused listener stays as it was, with the certificates that it names', () => {
  const envoy = new RefusingEnvoy();
  const secret = (name: string) => ({ [`shop/${name}`]: certificate(name, { chain: 'chain', privateKey: name }) });
  envoy.given({
    virtualHosts: hosts(host('a.test'), host('b.test')),
    certificates: secret('a'),
    hostCertificates: { 'a.test': { certificate: 'shop/a' } },
  });
  const old = envoy.holds('listeners https');
  const policy = { name: 'odd', minimumVersion: 'TLSv1_2', ciphers: ['BAD'] } as const;
  envoy.given({
    certificates: { 'shop/a': undefined, ...secret('b') },
    hostCertificates: { 'a.test': undefined, 'b.test': { certificate: 'shop/b', policy } },
  });
  assert.equal(envoy.holds('listeners https'), old);
  assert(envoy.holds('secrets a.test'));
  assert.deepEqual(envoy.reports, [`NR701 Naru listener https: ${before}`]);
});

test('of twenty hosts that change at once, two of them bad, eighteen are new and two as they were', () => {
  const envoy = new RefusingEnvoy();
  const all = (body: (index: number) => string) =>
    hosts(...Array.from({ length: 20 }, (_, index) => host(`h${index}.test`, answering('/', body(index), `i${index}`))));
  envoy.given({ virtualHosts: all(() => 'old') });
  envoy.given({ virtualHosts: all((index) => (index === 4 || index === 13 ? 'BAD' : 'new')) });
  assert.deepEqual(
    envoy.routes().filter((route) => route.endsWith('old')),
    ['h13.test / 200 old', 'h4.test / 200 old'],
  );
  assert.equal(envoy.routes().filter((route) => route.endsWith('new')).length, 18);
  assert.deepEqual(envoy.reports, [`NR701 Ingress i13: ${before}`, `NR701 Ingress i4: ${before}`]);
});

test('when far too much is bad, all that is suspected is put back at once', () => {
  const envoy = new RefusingEnvoy();
  const all = (body: string) =>
    hosts(...Array.from({ length: 200 }, (_, index) => host(`*.h${index}.test`, answering('/', body, `i${index}`))));
  envoy.given({ virtualHosts: all('old') });
  envoy.given({ virtualHosts: all('BAD') });
  assert.equal(envoy.routes().filter((route) => route.endsWith('old')).length, 200);
  assert(envoy.refusals.length < 110, `${envoy.refusals.length} refusals`);
});

test('what would take the place of refused content and is the same is not waited for', () => {
  const envoy = new RefusingEnvoy();
  const unavailable = 'Service Unavailable\n';
  const route: Route = { ...answering('/', unavailable, 'a'), action: { type: 'answer', status: 503, body: unavailable } };
  envoy.given({ virtualHosts: hosts(host('BAD.test', { ...route, name: 'refused' }), host('b.test', answering('/', 'good', 'b'))) });
  assert.deepEqual(envoy.routes(), ['b.test / 200 goo']);
  assert.deepEqual(envoy.reports, ['NR701 Ingress a: The host is not served.']);
});
