import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { typeNames } from '../../src/snapshot/resource.ts';
import { answering, certificate, forwarding, hosts, type ModelRows, ModelSource, service } from '../support/model-source.ts';
import { RefusingEnvoy } from '../support/refusing-envoy.ts';

const names = ['a.test', 'b.test', '*.test', '*'];
const odd = { name: 'odd', minimumVersion: 'TLSv1_2', ciphers: ['BAD'] } as const;
const word = fc.constantFrom('one', 'two', 'BAD');

const hostRows = fc
  .record({
    name: fc.constantFrom(...names),
    first: word,
    second: fc.option(word),
    upstream: fc.option(fc.constantFrom('web', 'api')),
    gone: fc.boolean(),
  })
  .map(({ name, first, second, upstream, gone }): ModelRows => {
    if (gone) return { virtualHosts: { [name]: undefined } };
    const routes = [answering('/x', first, `${first}-owner`), ...(second === null ? [] : [answering('/y', second, 'second')])];
    const fallback = upstream === null ? {} : { fallback: forwarding('/', `shop/${upstream}/80`, 'third') };
    return { virtualHosts: hosts({ hostname: name, routes, ...fallback }) };
  });
const serviceRows = fc
  .record({ name: fc.constantFrom('web', 'api'), address: fc.constantFrom('10.0.0.1', '10.0.0.2', 'BAD') })
  .map(({ name, address }): ModelRows => service(name, [80], address));
const certificateRows = fc
  .record({ host: fc.constantFrom('a.test', 'b.test', '*.test'), chain: word, ciphers: word, gone: fc.boolean() })
  .map(({ host, chain, ciphers, gone }): ModelRows => {
    const key = `shop/${host.slice(0, 1)}`;
    if (gone) return { hostCertificates: { [host]: undefined } };
    return {
      certificates: { [key]: certificate(host.slice(0, 1), { chain, privateKey: 'key' }) },
      hostCertificates: { [host]: { certificate: key, ...(ciphers === 'BAD' ? { policy: odd } : {}) } },
    };
  });
const batches = fc.array(fc.array(fc.oneof(hostRows, hostRows, serviceRows, certificateRows), { maxLength: 4 }).map(merge), {
  maxLength: 12,
});

function merge(all: readonly ModelRows[]): ModelRows {
  const of = <K extends keyof ModelRows>(kind: K): ModelRows[K] => Object.assign({}, ...all.map((rows) => rows[kind])) as ModelRows[K];
  return {
    virtualHosts: of('virtualHosts') ?? {},
    upstreams: of('upstreams') ?? {},
    endpoints: of('endpoints') ?? {},
    certificates: of('certificates') ?? {},
    hostCertificates: of('hostCertificates') ?? {},
  };
}

const services = merge([service('web', [80]), service('api', [80])]);

function contents({ assembly }: ModelSource): unknown {
  const { resources } = assembly.current ?? {};
  return typeNames.map((type) => [...(resources?.[type].values() ?? [])].map(({ name, version }) => `${type} ${name} ${version}`).sort());
}

test('whatever is refused on the way, the result is that of a build from nothing with the same quarantine', () => {
  fc.assert(
    fc.property(batches, (sequence) => {
      const envoy = new RefusingEnvoy();
      for (const batch of [services, ...sequence]) envoy.given(batch);
      const rebuilt = new ModelSource();
      const { quarantine } = envoy.source.assembly;
      for (const key of quarantine.keys()) rebuilt.assembly.quarantine.set(key, quarantine.get(key));
      rebuilt.change(merge([services, ...sequence]), quarantine.keys());
      assert.deepEqual(contents(rebuilt), contents(envoy.source));
      assert.deepEqual(rebuilt.assembly.problems(), envoy.problems);
    }),
    { numRuns: 200 },
  );
});

test('in the end an Envoy runs all that is served, and nothing of it is refused', () => {
  fc.assert(
    fc.property(batches, (sequence) => {
      const envoy = new RefusingEnvoy();
      for (const batch of [services, ...sequence]) envoy.given(batch);
      const { current, quarantine } = envoy.source.assembly;
      for (const type of typeNames) {
        for (const { name, bytes } of current?.resources[type].values() ?? []) {
          assert.equal(envoy.holds(`${type} ${name}`)?.equals(bytes), true, `${type} ${name}`);
        }
      }
      const rows = [...quarantine.keys()].map((key) => quarantine.get(key));
      assert.deepEqual(
        rows.filter((row) => row?.refusal === undefined),
        [],
      );
      assert.equal(rows.length === 0, envoy.problems.length === 0);
      assert(envoy.problems.every(({ code }) => code === 'NR701'));
    }),
    { numRuns: 200 },
  );
});
