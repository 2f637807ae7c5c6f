// Every folder AREA/CASE here: given.yaml is what a user applies; model.yaml, xds.yaml and status.yaml are what comes of it.
// `npm run golden` writes these three anew.
import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { dirname } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { differenceFrom, readGoldenCase } from '../support/golden.ts';
import { type Proof, startProof } from '../support/proof.ts';

const folders = globSync('test/golden/*/*/given.yaml').map((file) => dirname(file)).sort();

describe('golden cases', () => {
  let proof: Proof;
  let stop: () => Promise<void>;
  before(async () => {
    ({ proof, stop } = await startProof());
  });
  after(() => stop());

  test('there are some', () => {
    assert.ok(folders.length > 0);
  });

  for (const folder of folders) {
    test(folder.replace('test/golden/', ''), async () => {
      const golden = await readGoldenCase(folder);
      const difference = differenceFrom(golden);
      assert.ok(difference === undefined, difference);
      assert.deepEqual(await proof.refusalsOf(golden.build.current), []);
    });
  }
});
