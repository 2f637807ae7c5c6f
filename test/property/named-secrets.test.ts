// Of Secrets only those are held that an object names: whatever the translation reads must be among them.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { NamedSecrets } from '../../src/kube/secrets/named-secrets.ts';
import { Build } from '../../src/runtime/build.ts';
import { buildOptions } from '../support/build.ts';
import { readManifests } from '../support/manifests.ts';
import { naruClass, synced, upsert } from '../support/objects.ts';

test('every Secret that is read for an object is one that the row of its kind says it names', async () => {
  const read = new Set<string>();
  for (const file of globSync('test/golden/*/*/given.yaml')) {
    const { events } = await readManifests(readFileSync(file, 'utf8'));
    const named = new NamedSecrets([], () => {});
    for (const event of events) named.heard(event);
    const build = new Build(buildOptions);
    const table = build.world.objects.Secret;
    const get = table.get.bind(table);
    let asked = new Set<string>();
    table.get = (key) => {
      asked.add(key);
      return get(key);
    };
    const others = [...events, upsert(naruClass)].filter((event) => event.type === 'upsert');
    build.apply(others);
    // Taking them in is not reading them.
    asked = new Set();
    build.apply(synced);
    for (const key of asked) {
      assert.ok(named.has(key), `${file}: ${key} is read, and no row says that it is named`);
      read.add(key);
    }
  }
  assert.ok(read.size > 0);
});
