import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeEvent } from '../../src/kube/event.ts';
import type { KubeObject } from '../../src/kube/objects.ts';
import { Build } from '../../src/runtime/build.ts';
import { buildOptions } from '../support/build.ts';
import { canaryIngress, ingress, naruClass, remove, service, slice, synced, upsert } from '../support/objects.ts';

const a = ingress({ name: 'a', host: 'a.test', paths: [{ path: '/', service: 'web' }] });
const b = ingress({ name: 'b', host: 'b.test', paths: [{ path: '/', service: 'web' }] });
const world: readonly KubeObject[] = [
  naruClass,
  service('web'),
  service('v2'),
  slice('v2-1', 'v2', ['10.0.0.9']),
  slice('web-1', 'web', ['10.0.0.1']),
  a,
  b,
];

/** Takes in a batch and follows it; returns the Ingresses that it was about. */
function apply(build: Build, events: readonly KubeEvent[]): readonly string[] {
  return [...build.follow(build.apply(events)).ingresses].sort();
}

function followed(objects: readonly KubeObject[]): Build {
  const build = new Build(buildOptions);
  apply(build, [...objects.map(upsert), ...synced]);
  return build;
}

test('an Ingress moves on with the snapshot that changes its host, and with no other', () => {
  const build = followed(world);
  const since = (): readonly (number | undefined)[] => ['shop/a', 'shop/b', 'shop/c'].map((key) => build.progress.since(key));
  assert.deepEqual(since(), [1, 1, undefined]);
  const ingresses = apply(build, [upsert(canaryIngress({ name: 'c', host: 'b.test', paths: [{ path: '/', service: 'v2' }], weight: 10 }))]);
  assert.deepEqual(ingresses, ['shop/b', 'shop/c']);
  assert.deepEqual(since(), [1, build.current?.number, build.current?.number]);
});

test('pods that come and go do not move an Ingress, nor does a status', () => {
  const build = followed(world);
  apply(build, [upsert(slice('web-1', 'web', ['10.0.0.1', '10.0.0.2']))]);
  assert.equal(build.current?.number, 2);
  assert.equal(build.progress.since('shop/a'), 1);
  const about = apply(build, [upsert({ ...a, status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } } })]);
  assert.equal(build.current?.number, 2);
  assert.deepEqual(about, ['shop/a']);
  assert.equal(build.progress.since('shop/a'), 1);
});

test('one that changes nothing for Envoys is live with the snapshot that is there', () => {
  const build = followed(world);
  apply(build, [upsert(ingress({ name: 'c', host: 'a.test', paths: [{ path: '/', service: 'web' }] }))]);
  assert.equal(build.current?.number, 1);
  assert.equal(build.progress.since('shop/c'), 1);
});

test('one that goes, or is not ours any more, is forgotten', () => {
  const build = followed(world);
  apply(build, [remove(a), upsert({ ...b, spec: { ...b.spec, ingressClassName: 'other' } })]);
  assert.deepEqual([...build.progress.keys()], []);
});
