// What Naru's developers ask a running Naru: where its time and its memory go.
import assert from 'node:assert/strict';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { test, type TestContext } from 'node:test';
import { startDebugServer } from '../../src/debug/server.ts';
import { viewOf } from './view-for-tests.ts';

async function serveProfiles(t: TestContext, profiling?: boolean) {
  const server = await startDebugServer({ host: '127.0.0.1', port: 0, view: viewOf({}), profiling });
  t.after(() => server.close());
  return (path: string, signal?: AbortSignal) => fetch(`http://127.0.0.1:${server.port}${path}`, signal === undefined ? {} : { signal });
}

test('profiles are switched off', async (t) => {
  const ask = await serveProfiles(t);
  for (const path of ['/debug/profile/cpu', '/debug/profile/heap']) {
    const answer = await ask(path);
    assert.equal(answer.status, 404);
    assert.match(await answer.text(), /start Naru with --enable-profiling/);
  }
});

test('which functions took the time, one profile at a time, and none for whoever has gone', async (t) => {
  const ask = await serveProfiles(t, true);
  for (const seconds of ['0', '61', 'many', '1.5']) assert.equal((await ask(`/debug/profile/cpu?seconds=${seconds}`)).status, 400);
  const gone = new AbortController();
  const left = ask('/debug/profile/cpu?seconds=60', gone.signal);
  const busy = async (): Promise<boolean> => (await ask('/debug/profile/cpu?seconds=1')).status === 503;
  while (!(await busy())) await nextTurn();
  gone.abort();
  await assert.rejects(left);
  let second = await ask('/debug/profile/cpu?seconds=1');
  while (second.status === 503) second = await ask('/debug/profile/cpu?seconds=1');
  const { nodes, samples } = (await second.json()) as { nodes: { callFrame: object }[]; samples: number[] };
  assert.ok(nodes.length > 1 && samples.length > 1);
});

class KeptForTheTest {
  readonly text: string;
  readonly bytes: Buffer;

  constructor(secret: string) {
    this.text = secret.split('').toReversed().join('');
    this.bytes = Buffer.from(secret);
  }
}

test('what takes the memory, and no text that may be a key', async (t) => {
  const ask = await serveProfiles(t, true);
  const kept = new KeptForTheTest(`BEGIN PRIVATE KEY ${Math.random()}`);
  const { status, body } = await ask('/debug/profile/heap');
  assert.equal(status, 200);
  assert.ok(body !== null);
  const chunks: string[] = [];
  for await (const chunk of body.pipeThrough(new TextDecoderStream('latin1'))) chunks.push(chunk);
  const text = chunks.join('');
  for (const hidden of [kept.text, kept.bytes.toString()]) assert.ok(!text.includes(hidden), hidden);
  const { snapshot, nodes, strings } = JSON.parse(text) as {
    snapshot: { meta: { node_fields: string[] }; node_count: number };
    nodes: number[];
    strings: string[];
  };
  assert.equal(nodes.length, snapshot.node_count * snapshot.meta.node_fields.length);
  assert.ok(strings.includes('KeptForTheTest'));
  assert.ok(strings.includes(`[${kept.text.length} characters]`));
});
