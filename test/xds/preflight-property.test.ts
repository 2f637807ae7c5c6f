// Whatever objects hold: nothing is sent that Envoy refuses, and nobody else is harmed.
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import * as fc from 'fast-check';
import type { KubeObject } from '../../src/kube/objects.ts';
import { built } from '../support/build.ts';
import { assertNoViolations, neighbour, neighbourTls, ofNeighbour } from '../support/neighbour.ts';
import { canaryIngress, ingress, metadata, service, slice } from '../support/objects.ts';
import { proofOfSuite } from '../support/proof.ts';
import { nastyAddress, nastyHost, nastyPath, nastyPort, nastyText } from './nasty-text.ts';

const tls = fc.constantFrom([], neighbourTls, [{ hosts: [], secretName: 'neighbour.test' }]);
const names = fc.oneof(nastyText, fc.constantFrom('one', 'two'));

/** Objects that no schema has looked at: an Ingress or two with Services of their own. */
const nastyObjects: fc.Arbitrary<readonly KubeObject[]> = fc
  .record({
    hosts: fc.array(
      nastyHost.filter((host) => host.toLowerCase() !== 'neighbour.test'),
      { minLength: 1, maxLength: 3 },
    ),
    paths: fc.array(fc.record({ path: nastyPath, service: names, type: fc.constantFrom('Exact' as const, 'Prefix' as const) }), {
      minLength: 1,
      maxLength: 4,
    }),
    addresses: fc.array(nastyAddress, { maxLength: 4 }),
    port: nastyPort,
    name: nastyText,
    weight: fc.option(fc.integer({ min: 0, max: 100 })),
    tls,
  })
  .map(({ hosts, paths, addresses, port, name, weight, ...more }) => {
    const services = [...new Set(paths.map((path) => path.service))].filter((one) => one !== 'neighbour');
    return [
      ...services.map((one) => service(one)),
      ...services.map((one, index) => slice(`nasty-${index}`, one, addresses, { port })),
      ...hosts.map((host, index) => ingress({ name: `${name}${index}`, host, paths, tls: more.tls })),
      ...(weight === null ? [] : [canaryIngress({ name: `canary ${name}`, host: hosts[0] ?? '', paths: paths.slice(0, 1), weight })]),
      { ...service('own'), metadata: metadata('own', { namespace: name }) },
    ];
  });

describe('whatever is in hosts, paths, names and addresses', () => {
  const undisturbed = ofNeighbour(built(neighbour));

  test('what is published breaks no rule of Envoy, and the neighbour has exactly what it had', () => {
    fc.assert(
      fc.property(nastyObjects, (objects) => {
        const build = built([...objects, ...neighbour]);
        assertNoViolations(build);
        assert.deepEqual(ofNeighbour(build), undisturbed);
        const defects = build.problems().filter(({ code }) => code === 'NR901');
        assert.deepEqual(defects, []);
      }),
      { numRuns: 300 },
    );
  });

  describe('the real Envoy', () => {
    const proof = proofOfSuite();

    test('refuses nothing', async () => {
      await fc.assert(
        fc.asyncProperty(nastyObjects, async (objects) => {
          assert.deepEqual(await proof.refusalsOf(built([...objects, ...neighbour]).current), []);
        }),
        { numRuns: 30, interruptAfterTimeLimit: 20_000 },
      );
    });
  });
});
