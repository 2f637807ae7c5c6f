import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EnvoyNode } from '../../src/kube/envoy-nodes.ts';
import { NodeAddresses } from '../../src/status/node-addresses.ts';
import { FakeClock } from '../ads/fake-clock.ts';

function node(name: string, ...addresses: readonly string[]): EnvoyNode {
  return {
    name,
    addresses: addresses.map((one) => {
      const [type = '', address = ''] = one.split(' ');
      return { type, address };
    }),
  };
}

const one = node('one', 'InternalIP 10.0.0.1', 'ExternalIP 192.0.2.1', 'ExternalIP 2001:db8::1');
const two = node('two', 'Hostname two', 'InternalIP 10.0.0.2');
const three = node('three', 'Hostname three');

function given(preferInternal = false) {
  const clock = new FakeClock();
  const told: (readonly string[])[] = [];
  const nodes: NodeAddresses = new NodeAddresses({
    preferInternal,
    keepMs: 60_000,
    settleMs: 10_000,
    onChange: () => told.push(nodes.addresses),
    clock,
  });
  return { nodes, clock, told };
}

test('one address of each node, the external one first unless told otherwise', () => {
  for (const [preferInternal, expected] of [
    [false, ['10.0.0.2', '192.0.2.1']],
    [true, ['10.0.0.1', '10.0.0.2']],
  ] as const) {
    const { nodes, told } = given(preferInternal);
    nodes.update([two, three, one]);
    assert.deepEqual(told, [expected]);
  }
});

test('the first are told at once, those after them together', () => {
  const { nodes, clock, told } = given();
  nodes.update([]);
  nodes.update([one]);
  assert.deepEqual(told, [['192.0.2.1']]);
  nodes.update([one, two]);
  clock.advance(9_999);
  assert.equal(told.length, 1);
  clock.advance(1);
  assert.deepEqual(told[1], ['10.0.0.2', '192.0.2.1']);
});

test('an address that comes back within a minute never went; the last one stays', () => {
  const { nodes, clock, told } = given();
  nodes.update([one, two]);
  nodes.update([one]);
  clock.advance(50_000);
  nodes.update([one, two]);
  clock.advance(100_000);
  assert.equal(told.length, 1);
  nodes.update([one]);
  clock.advance(60_000);
  assert.deepEqual(told[1], ['192.0.2.1']);
  nodes.update([]);
  clock.advance(3_600_000);
  assert.equal(told.length, 2);
  assert.deepEqual(nodes.addresses, ['192.0.2.1']);
});

test('nodes that only say that they are alive put nothing off', () => {
  const { nodes, clock, told } = given();
  nodes.update([one]);
  nodes.update([one, two]);
  for (let times = 0; times < 5; times++) {
    clock.advance(2_000);
    nodes.update([one, two]);
  }
  assert.deepEqual(told[1], ['10.0.0.2', '192.0.2.1']);
});
