// Every folder AREA/CASE here: given.yaml is what a user applies; model.yaml, xds.yaml and status.yaml are what comes of it.
// `npm run golden` writes these three anew.
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, test } from 'node:test';
import { partOf } from '../../src/runtime/own-fleets.ts';
import { differenceFrom, readGoldenCase } from '../support/golden.ts';
import { proofOfSuite } from '../support/proof.ts';

const folders = globSync('test/golden/*/*/given.yaml').map((file) => dirname(file)).sort();

describe('golden cases', () => {
  const proof = proofOfSuite();

  test('there are some', () => {
    assert.ok(folders.length > 0);
  });

  for (const folder of folders) {
    test(folder.replace('test/golden/', ''), async () => {
      const golden = await readGoldenCase(folder);
      const difference = differenceFrom(golden);
      assert.ok(difference === undefined, difference);
      const { current, gateway } = golden.build;
      assert.ok(current !== undefined);
      const fleets = new Set(['naru', ...[...gateway.gateways.keys()].flatMap((key) => gateway.gateways.get(key)?.fleet ?? [])]);
      for (const fleet of fleets) assert.deepEqual(await proof.refusalsOf(partOf(current, fleet)), []);
    });
  }
});
