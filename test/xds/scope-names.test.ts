// What the scopes of hosts are called: Envoy copies the names of all with each change of one, and long ones cost it much more.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeChange } from '../../src/debug/describe-changes.ts';
import { findResource } from '../../src/explain/find-resource.ts';
import { decode } from '../../src/proto/codec.ts';
import type { Build } from '../../src/runtime/build.ts';
import { built } from '../support/build.ts';
import { ingress, naruClass, remove, service, upsert } from '../support/objects.ts';

const paths = [{ path: '/', service: 'web' }];
const long = ingress({ name: 'long', host: 'checkout.shop.example.com', paths });
const others = ['shop.example.com', 'twenty-two.example.com', '*.example.com'].map((host, index) =>
  ingress({ name: `web-${index}`, host, paths }),
);

/** Each scope with the keys by which requests find it. */
function scopesOf({ current }: Build): readonly string[] {
  const scopes = [...(current?.resources.scopes.values() ?? [])].map(({ name, bytes }) => {
    const { key } = decode('envoy.config.route.v3.ScopedRouteConfiguration', bytes);
    return `${name}: ${key?.fragments?.map(({ string_key }) => string_key).join()}`;
  });
  return scopes.sort();
}

const short = ['shop.example.com: shop.example.com', 'twenty-two.example.com: twenty-two.example.com', '{other}: {other}'];

test('a long one is shortened, and requests find it by the whole host', () => {
  const build = built([naruClass, service('web'), long, ...others]);
  assert.deepEqual(scopesOf(build), ['checko{_jD3as1OKUvhDq}: checkout.shop.example.com', ...short]);
  build.apply([remove(long)]);
  assert.deepEqual(scopesOf(build), short);
  build.apply([upsert(long)]);
  assert.equal(scopesOf(build).length, 4);
});

test('it is found by its host, too', () => {
  const { current } = built([naruClass, service('web'), long]);
  for (const reference of ['scope/checkout.shop.example.com', 'scope/checko{_jD3as1OKUvhDq}', 'host/checkout.shop.example.com']) {
    const found = current && findResource(current.resources, reference);
    assert.equal(found?.resource.name, 'checko{_jD3as1OKUvhDq}');
    assert.deepEqual(
      found.sources.map(({ name }) => name),
      ['long'],
    );
  }
});

test('a change of it is told by its host', () => {
  const build = built([naruClass, service('web'), long]);
  const { snapshot } = build.apply([remove(long)]);
  const told = (snapshot?.changes ?? []).map(describeChange).map(({ type, name, verb }) => `${type} ${name} ${verb}`);
  assert.deepEqual(
    told.filter((change) => change.startsWith('scopes')),
    ['scopes checkout.shop.example.com removed'],
  );
});
