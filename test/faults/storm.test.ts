// Clients keep their connections while everything around them is edited: nobody's request fails, nobody's connection is drained.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { storm } from '../support/storm/storm.ts';

test('two hundred edits under load fail no request and drain no connection', async (t) => {
  const { sent, failures, drained, edits, snapshots, counters } = await storm(t, { seed: 11, edits: 200, seconds: 12, perSecond: 300 });
  assert.deepEqual(failures, []);
  assert.deepEqual(drained, []);
  assert.equal(counters['listener_manager.total_listeners_draining'], 0);
  assert.ok(sent >= 12 * 300, `${sent} requests`);
  for (const [kind, count] of Object.entries(edits)) assert.ok(count >= 10, `${kind}: ${count}`);
  assert.ok(snapshots >= 50, `${snapshots} snapshots`);
});
