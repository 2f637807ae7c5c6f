import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideStatus, rewriteAfterMs, type StatusCase } from '../../src/status/status-decision.ts';

const ours = [{ ip: '192.0.2.1' }];
const others = [{ ip: '198.51.100.1' }];
const usual: StatusCase = { policy: 'always', current: [], addresses: ours, since: 3, accepted: 3 };

const cases: Readonly<Record<string, readonly [Partial<StatusCase>, ReturnType<typeof decideStatus>]>> = {
  'the snapshot with it is accepted': [{}, 'write'],
  'a later snapshot is accepted': [{ accepted: 4 }, 'write'],
  'an Envoy is behind': [{ accepted: 2 }, 'wait'],
  'no Envoy is connected': [{ accepted: 0 }, 'wait'],
  'it says so already': [{ current: ours, accepted: 0 }, 'none'],
  'it says something else': [{ current: others }, 'write'],
  'it is not ours': [{ since: undefined, current: others }, 'none'],
  'no address is known, and it has one': [{ addresses: [], current: others }, 'none'],
  never: [{ policy: 'never' }, 'none'],
  'if empty, and it is': [{ policy: 'ifEmpty' }, 'write'],
  'if empty, and it is not': [{ policy: 'ifEmpty', current: others }, 'none'],
  'written a moment ago, and the watch has not told of it': [{ written: { addresses: ours, agoMs: 5 } }, 'wait'],
  'written a moment ago, and overwritten': [{ current: others, written: { addresses: ours, agoMs: 5 } }, 'wait'],
  'overwritten some time ago': [{ current: others, written: { addresses: ours, agoMs: rewriteAfterMs } }, 'write'],
  'written a moment ago with other addresses': [{ written: { addresses: others, agoMs: 5 } }, 'write'],
};

for (const [name, [given, expected]] of Object.entries(cases))
  test(`status of an Ingress: ${name}`, () => assert.equal(decideStatus({ ...usual, ...given }), expected));
