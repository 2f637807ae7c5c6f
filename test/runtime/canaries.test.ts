// What is told of canaries.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeEvent } from '../../src/kube/event.ts';
import { listCanaries } from '../../src/runtime/canaries.ts';
import { built } from '../support/build.ts';
import { canaryIngress, ingress, naruClass, service, slice, upsert } from '../support/objects.ts';

const at = { host: 'shop.test', paths: [{ path: '/', service: 'web' }] } as const;
const web = [naruClass, service('web'), service('beta'), slice('web-1', 'web', ['10.0.0.1']), ingress({ name: 'web', ...at })];
const canary = (weight: number) => canaryIngress({ name: 'beta', host: 'shop.test', paths: [{ path: '/', service: 'beta' }], weight });

test('a canary without ready pods is sent nothing, one with pods what is wanted; who moved it is told', () => {
  const build = built([...web, canary(30)]);
  const expected = { namespace: 'shop', name: 'beta', host: 'shop.test', path: '/', wanted: 0.3, sent: 0 };
  assert.deepEqual(listCanaries(build), [{ ...expected, stable: ['shop/web/80'], canary: [], problems: ['NR231'] }]);
  const by = { manager: 'rollouts-controller', at: 0 };
  build.apply([upsert(slice('beta-1', 'beta', ['10.0.0.2'])), { ...upsert(canary(40)), by } as KubeEvent]);
  assert.deepEqual(listCanaries(build), [
    { ...expected, wanted: 0.4, sent: 0.4, stable: ['shop/web/80'], canary: ['shop/beta/80'], by: by.manager, problems: [] },
  ]);
});

test('a canary whose host nobody serves takes part in no path', () => {
  const alone = canaryIngress({ name: 'beta', host: 'other.test', paths: [{ path: '/', service: 'beta' }], weight: 30 });
  const [row] = listCanaries(built([...web, alone]));
  assert.deepEqual([row?.host, row?.path, row?.sent, row?.problems], ['other.test', '', 0, ['NR230']]);
});
