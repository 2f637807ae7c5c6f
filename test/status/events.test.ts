import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { problem } from '../../src/model/problem.ts';
import { EffectiveWatch } from '../../src/status/effective.ts';
import { effectiveEvent, type EventDraft, eventName, problemEvent } from '../../src/status/event-draft.ts';
import { EventWriter } from '../../src/status/event-writer.ts';
import { FakeClock } from '../ads/fake-clock.ts';

const source = { kind: 'Ingress', namespace: 'shop', name: 'web' };
const text = { message: 'The Service api does not exist.', done: 'Requests for it are answered with 503.', fix: 'Create it.' };

test('a problem of an Ingress becomes a warning with its code', () => {
  assert.deepEqual(problemEvent(problem('NR501', source, text)), {
    ingress: 'shop/web',
    type: 'Warning',
    reason: 'NR501',
    action: 'Translate',
    note: 'The Service api does not exist. Requests for it are answered with 503. Create it.',
  });
  assert.equal(problemEvent(problem('NR111', source, text)), undefined);
  assert.equal(problemEvent(problem('NR901', { ...source, kind: 'Naru' }, text)), undefined);
});

test('a note is as long as the API server allows, and is not cut within a character', () => {
  const draft = problemEvent(problem('NR501', source, { ...text, message: '나'.repeat(600) }));
  assert.ok(Buffer.byteLength(draft?.note ?? '') <= 1024);
  assert.match(draft?.note ?? '', /^나{340}…$/);
});

test('how many Envoys accepted', () => {
  assert.equal(effectiveEvent('shop/web', 12, 3).note, 'Snapshot v12 with this Ingress is accepted by all 3 Envoys.');
  assert.equal(effectiveEvent('shop/web', 12, 1).note, 'Snapshot v12 with this Ingress is accepted by the connected Envoy.');
});

test('the name of an Event is a name, the same for the same Event', () => {
  const draft = effectiveEvent(`shop/${'a'.repeat(199)}.b`, 1, 1);
  assert.match(eventName(draft, 'u'), /^a{199}\.[0-9a-f]{16}$/);
  assert.equal(eventName(draft, 'u'), eventName({ ...draft }, 'u'));
  assert.notEqual(eventName(draft, 'u'), eventName(draft, 'v'));
});

function writer() {
  const clock = new FakeClock();
  const requests: string[] = [];
  const events = new EventWriter({
    uid: (ingress) => (ingress === 'shop/web' ? 'u' : undefined),
    create: async (_, uid, { reason }) => void requests.push(`create ${reason} ${uid}`),
    repeat: async (_, { reason }, count) => {
      requests.push(`repeat ${reason} ${count}`);
      return clock.now() < 3_000_000;
    },
    onTrouble: () => {},
    clock,
  });
  const pass = async (minutes: number): Promise<void> => {
    clock.advance(minutes * 60_000);
    await turn();
  };
  return { events, requests, pass };
}

const draft: EventDraft = { ingress: 'shop/web', type: 'Warning', reason: 'NR501', action: 'Translate', note: 'x' };

test('an Event is made once, then counted at most every ten minutes, and made anew when it was forgotten', async () => {
  const { events, requests, pass } = writer();
  events.lead(true);
  for (let minute = 0; minute < 25; minute++) {
    events.tell(draft);
    await pass(0);
    await pass(1);
  }
  assert.deepEqual(requests, ['create NR501 u', 'repeat NR501 11', 'repeat NR501 21']);
  await pass(40);
  events.tell(draft);
  await pass(0);
  assert.deepEqual(requests.slice(3), ['repeat NR501 26', 'create NR501 u']);
  await pass(120);
  events.tell(draft);
  await pass(0);
  assert.deepEqual(requests.slice(5), ['create NR501 u']);
});

test('only a leader tells, and only of what is there', async () => {
  const { events, requests, pass } = writer();
  events.tell(draft);
  events.lead(true);
  events.tell({ ...draft, ingress: 'shop/gone' });
  await pass(1);
  assert.deepEqual(requests, []);
});

test('an Ingress of which an Envoy refused something is told to be effective when that is over, however soon', () => {
  const told: string[] = [];
  let refused = false;
  const watch = new EffectiveWatch({
    since: () => 2,
    accepted: () => 2,
    envoys: () => 1,
    putAside: () => refused,
    tell: ({ note }) => told.push(note),
    nowMs: () => 0,
  });
  watch.changed(['shop/web']);
  refused = true;
  watch.changed(['shop/web']);
  assert.equal(told.length, 1);
  refused = false;
  watch.advance();
  assert.equal(told.length, 2);
});

test('an Ingress is told to be effective when all Envoys have accepted it, at most once a minute', () => {
  const clock = new FakeClock();
  const told: string[] = [];
  let since: number | undefined = 2;
  let accepted = 1;
  const watch = new EffectiveWatch({
    since: () => since,
    accepted: () => accepted,
    envoys: () => 2,
    putAside: () => false,
    tell: ({ note }) => told.push(note),
    nowMs: () => clock.now(),
  });
  watch.changed(['shop/web']);
  assert.deepEqual(told, []);
  accepted = 3;
  watch.advance();
  watch.advance();
  assert.deepEqual(told, ['Snapshot v2 with this Ingress is accepted by all 2 Envoys.']);
  for (const seconds of [30, 31]) {
    clock.advance(seconds * 1000);
    since = accepted = accepted + 1;
    watch.changed(['shop/web']);
  }
  assert.deepEqual(told.slice(1), ['Snapshot v5 with this Ingress is accepted by all 2 Envoys.']);
  since = undefined;
  watch.changed(['shop/web']);
  assert.equal(told.length, 2);
});
