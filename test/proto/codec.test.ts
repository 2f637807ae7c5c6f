import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { any, decode, encode, type MessageName, type Messages, packed, typeUrl } from '../../src/proto/codec.ts';
import { bootstrap, cluster, endpoints, httpConnectionManager, listener, routes } from './edge-config.ts';

/** What the compiler would not let through: users' files and other people's JSON do not ask it. */
function encodeUnchecked(type: MessageName, message: unknown): Buffer {
  return encode(type, message);
}

function returns<K extends MessageName>(type: K, message: Messages[K], json: unknown = message): void {
  assert.deepEqual(decode(type, encode(type, message)), json);
}

const secret = {
  name: 'shop',
  tls_certificate: { certificate_chain: { inline_bytes: 'AAEC' }, private_key: { inline_string: 'key' } },
};

describe('encode, then decode', () => {
  test('a RouteConfiguration', () => returns('envoy.config.route.v3.RouteConfiguration', routes));
  test('a connection manager', () => {
    returns('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', httpConnectionManager);
  });
  test('a Listener', () => returns('envoy.config.listener.v3.Listener', listener('shop')));
  test('a Cluster', () => returns('envoy.config.cluster.v3.Cluster', cluster('shop')));
  test('a ClusterLoadAssignment', () => returns('envoy.config.endpoint.v3.ClusterLoadAssignment', endpoints('shop')));
  test('a Secret', () => returns('envoy.extensions.transport_sockets.tls.v3.Secret', secret));
  test('a Bootstrap', () => returns('envoy.config.bootstrap.v3.Bootstrap', bootstrap(secret)));
  test('a DeltaDiscoveryRequest', () => {
    returns('envoy.service.discovery.v3.DeltaDiscoveryRequest', {
      node: { id: 'a', cluster: 'naru', metadata: {}, locality: { zone: 'z' } },
      type_url: typeUrl('envoy.config.cluster.v3.Cluster'),
      resource_names_subscribe: ['*'],
      initial_resource_versions: { a: '1', b: '2' },
      error_detail: { code: 13, message: 'no' },
    });
  });
  test('members come in the order of field numbers', () => {
    const bytes = encode('envoy.config.route.v3.VirtualHost', { routes: [], domains: ['a'], name: 'b' });
    assert.deepEqual(Object.keys(decode('envoy.config.route.v3.VirtualHost', bytes)), ['name', 'domains']);
    const backwards = Buffer.concat([encode('envoy.config.route.v3.VirtualHost', { domains: ['a'] }), Buffer.from('\n\x01b')]);
    assert.deepEqual(Object.keys(decode('envoy.config.route.v3.VirtualHost', backwards)), ['name', 'domains']);
  });
});

describe('encode', () => {
  test('gives the bytes that the wire format prescribes', () => {
    assert.equal(encode('envoy.config.core.v3.SocketAddress', { address: '::', port_value: 300 }).toString('hex'), '12023a3a18ac02');
    assert.equal(encode('google.protobuf.Duration', '-1.5s').toString('hex'), '08ffffffffffffffffff011080b6ca91feffffffff01');
  });
  test('is the same whatever the order of members', () => {
    const one = encode('envoy.config.core.v3.Node', { id: 'a', cluster: 'b', metadata: { x: 1, y: { p: 1, q: 2 } } });
    const other = encode('envoy.config.core.v3.Node', { metadata: { y: { q: 2, p: 1 }, x: 1 }, cluster: 'b', id: 'a' });
    assert.deepEqual(one, other);
  });
  test('takes undefined and null as absent', () => {
    const bytes = encodeUnchecked('envoy.config.route.v3.VirtualHost', { name: undefined, domains: null, routes: undefined });
    assert.equal(bytes.length, 0);
  });
  test('leaves out defaults without presence, and keeps those with', () => {
    assert.equal(encode('envoy.config.core.v3.SocketAddress', { address: '', protocol: 'TCP', ipv4_compat: false }).length, 0);
    returns('envoy.config.core.v3.SocketAddress', { port_value: 0 });
    returns(
      'envoy.config.route.v3.RouteAction',
      { prefix_rewrite: '', timeout: '0s', retry_policy: { num_retries: 0 } },
      {
        timeout: '0s',
        retry_policy: { num_retries: 0 },
      },
    );
  });
  test('does not touch what was encoded before', () => {
    const first = encode('envoy.config.route.v3.VirtualHost', { name: 'first' });
    const copy = Buffer.from(first);
    encode('envoy.config.route.v3.VirtualHost', { name: 'other' });
    assert.deepEqual(first, copy);
  });
  test('recovers from an error within a nested message', () => {
    assert.throws(() => encodeUnchecked('envoy.config.route.v3.VirtualHost', { name: 'a', routes: [{ match: { prefix: 1 } }] }));
    returns('envoy.config.route.v3.VirtualHost', { name: 'a' });
  });
});

describe('what does not fit is named', () => {
  const route = 'envoy.config.route.v3.RouteConfiguration';
  const cases: readonly (readonly [MessageName, unknown, string])[] = [
    [
      route,
      { virtual_hosts: [{}, { routes: [{ foo: 1 }] }] },
      `${route}.virtual_hosts[1].routes[0].foo: no such field in envoy.config.route.v3.Route`,
    ],
    [route, { virtualHosts: [] }, `${route}.virtualHosts: no such field in ${route}`],
    [route, { virtual_hosts: {} }, `${route}.virtual_hosts: expected a list, not {}`],
    [route, [], `${route}: expected an object, not []`],
    [route, { name: 5 }, `${route}.name: expected a string, not 5`],
    [route, { name: '\ud800' }, `${route}.name: expected a string, not "\\ud800"`],
    [
      'envoy.config.core.v3.SocketAddress',
      { port_value: -1 },
      'envoy.config.core.v3.SocketAddress.port_value: expected an unsigned 32-bit integer, not -1',
    ],
    [
      'envoy.config.core.v3.SocketAddress',
      { port_value: 0.5 },
      'envoy.config.core.v3.SocketAddress.port_value: expected an unsigned 32-bit integer, not 0.5',
    ],
    [
      'envoy.config.core.v3.SocketAddress',
      { protocol: 'QUIC' },
      'envoy.config.core.v3.SocketAddress.protocol: expected one of TCP, UDP, not "QUIC"',
    ],
    [
      'envoy.config.core.v3.DataSource',
      { inline_bytes: '-----BEGIN PRIVATE KEY-----' },
      'envoy.config.core.v3.DataSource.inline_bytes: expected base64, not other text',
    ],
    [
      'envoy.config.route.v3.RouteAction',
      { timeout: '1h' },
      'envoy.config.route.v3.RouteAction.timeout: expected a duration such as "1.5s", not "1h"',
    ],
    [
      'envoy.config.route.v3.RetryPolicy',
      { num_retries: '2' },
      'envoy.config.route.v3.RetryPolicy.num_retries: expected an unsigned 32-bit integer, not "2"',
    ],
    [
      'envoy.config.route.v3.RouteMatch',
      { prefix: '/', path: '/' },
      'envoy.config.route.v3.RouteMatch.path: cannot stand beside prefix, only one of them may be set',
    ],
    [
      'envoy.config.core.v3.Metadata',
      { typed_filter_metadata: { b: { '@type': typeUrl('envoy.config.core.v3.Address'), pipe: { mode: 'x' } } } },
      'envoy.config.core.v3.Metadata.typed_filter_metadata["b"].pipe.mode: expected an unsigned 32-bit integer, not "x"',
    ],
    [
      'envoy.config.core.v3.Node',
      { metadata: { a: [1, () => 1] } },
      'envoy.config.core.v3.Node.metadata["a"][1]: expected a JSON value, not () => 1',
    ],
    ['google.protobuf.Any', { pipe: {} }, 'google.protobuf.Any: expected "@type": "type.googleapis.com/…", not {"pipe":{}}'],
    [
      'google.protobuf.Any',
      { '@type': 'type.googleapis.com/a.B', x: 1 },
      'google.protobuf.Any: no descriptor of a.B: add it to protos/roots.txt',
    ],
    [
      'google.protobuf.Any',
      { '@type': typeUrl('google.protobuf.Duration'), value: 5 },
      'google.protobuf.Any: expected a duration such as "1.5s", not 5',
    ],
  ];
  for (const [type, message, text] of cases) {
    test(text, () => assert.throws(() => encodeUnchecked(type, message), { message: text }));
  }
  test('a type without descriptor', () => {
    assert.throws(() => encodeUnchecked('a.B' as MessageName, {}), { message: 'no descriptor of a.B: add it to protos/roots.txt' });
  });
});

describe('decode', () => {
  const type = 'envoy.config.route.v3.VirtualHost';
  test('skips what it does not know', () => {
    assert.deepEqual(decode(type, Buffer.from([0xf8, 0x3f, 5, 10, 1, 97])), { name: 'a' });
  });
  test('takes repeated numbers packed or not', () => {
    const expected = { retriable_status_codes: [502, 503] };
    assert.deepEqual(decode('envoy.config.route.v3.RetryPolicy', Buffer.from([0x3a, 4, 0xf6, 3, 0xf7, 3])), expected);
    assert.deepEqual(decode('envoy.config.route.v3.RetryPolicy', Buffer.from([0x38, 0xf6, 3, 0x38, 0xf7, 3])), expected);
  });
  test('of a oneof keeps the last member', () => {
    const bytes = Buffer.concat([{ prefix: '/a' }, { path: '/b' }].map((match) => encode('envoy.config.route.v3.RouteMatch', match)));
    assert.deepEqual(decode('envoy.config.route.v3.RouteMatch', bytes), { path: '/b' });
  });
  test('refuses what is cut off, or overlaps', () => {
    const bytes = encode(type, { name: 'a', routes: [{ match: { prefix: '/' } }] });
    for (let length = 1; length < bytes.length; length++) {
      if (length === 3) continue; // the name alone is a whole message
      assert.throws(() => decode(type, bytes.subarray(0, length)), /^Error: envoy\.config\.route\.v3\.VirtualHost: /, `${length} bytes`);
    }
    assert.throws(() => decode(type, Buffer.from([0x1a, 2, 0x0a, 1, 0x2f])));
  });
  test('keeps a number for a value of an enum that it has no name for', () => {
    returns('envoy.config.core.v3.SocketAddress', { protocol: 7 as unknown as 'TCP' });
  });
  test('a key called __proto__ is a key', () => {
    const message = decode(
      'envoy.config.core.v3.Node',
      encodeUnchecked('envoy.config.core.v3.Node', JSON.parse('{"metadata":{"__proto__":{"a":1}}}')),
    );
    assert.equal(JSON.stringify(message), '{"metadata":{"__proto__":{"a":1}}}');
  });
});

describe('Any', () => {
  test('of a message has its fields beside the type', () => {
    const address = any('envoy.config.core.v3.Address', { pipe: { path: '/a' } });
    assert.deepEqual(address, { '@type': 'type.googleapis.com/envoy.config.core.v3.Address', pipe: { path: '/a' } });
    returns('google.protobuf.Any', address);
  });
  test('of a type with a JSON form of its own has it in value', () => {
    for (const message of [
      any('google.protobuf.Duration', '5s'),
      any('google.protobuf.StringValue', 'a'),
      any('google.protobuf.Struct', { a: [null] }),
    ]) {
      assert.deepEqual(Object.keys(message), ['@type', 'value']);
      returns('google.protobuf.Any', message);
      returns('google.protobuf.Any', any('google.protobuf.Any', message));
    }
  });
  test('of an unknown type has base64 in value', () => {
    returns('google.protobuf.Any', { '@type': 'type.googleapis.com/a.B', value: 'AAE=' });
  });
  test('of nothing, and nothing', () => {
    returns('google.protobuf.Any', any('google.protobuf.Empty', {}));
    returns('google.protobuf.Any', {} as Messages['google.protobuf.Any']);
  });
  test('of bytes that are encoded already', () => {
    const bytes = encode('envoy.config.cluster.v3.Cluster', cluster('a'));
    const [sent, expected] = [packed('envoy.config.cluster.v3.Cluster', bytes), any('envoy.config.cluster.v3.Cluster', cluster('a'))].map(
      (resource) => encode('envoy.service.discovery.v3.DiscoveryResponse', { resources: [resource], nonce: '1' }),
    );
    assert.deepEqual(sent, expected);
  });
});

describe('well-known types', () => {
  test('durations', () => {
    for (const value of ['0s', '5s', '0.250s', '-0.000001s', '1.000000001s', '315576000000s'] as const)
      returns('google.protobuf.Duration', value);
    returns('google.protobuf.Duration', '1.5s', '1.500s');
    assert.throws(() => encode('google.protobuf.Duration', '315576000001s'));
    assert.throws(() => encode('google.protobuf.Duration', '1e-7s'), /expected a duration/);
  });
  test('times', () => {
    returns('google.protobuf.Timestamp', '2026-01-31T10:00:00.250Z');
    returns('google.protobuf.Timestamp', '2026-01-31T12:00:00+02:00', '2026-01-31T10:00:00Z');
    returns('google.protobuf.Timestamp', '1960-01-01T00:00:00.000000001Z');
    assert.throws(() => encode('google.protobuf.Timestamp', '2026-13-31T10:00:00Z'));
  });
  test('wrappers are their value, and differ from absent', () => {
    returns('envoy.config.route.v3.RouteMatch', { case_sensitive: false });
    returns('google.protobuf.UInt32Value', 0);
    returns('google.protobuf.BytesValue', Buffer.from('ab'), 'YWI=');
  });
  test('field masks', () => returns('google.protobuf.FieldMask', 'fooBar,a.bC'));
  test('any JSON', () => {
    for (const value of [null, true, 0, -1.5, '', [], {}, [[{}], null], { a: { b: [1, 'x'] } }]) returns('google.protobuf.Value', value);
    returns('google.protobuf.ListValue', [1, [2]]);
  });
});

describe('numbers', () => {
  test('of 64 bits are numbers where these are exact, else digits', () => {
    const type = 'google.protobuf.UInt64Value';
    returns(type, 2 ** 53 - 1);
    returns(type, '18446744073709551615');
    returns(type, '5', 5);
    returns('google.protobuf.Int64Value', '-9223372036854775808');
    returns('google.protobuf.Int64Value', -5);
    for (const value of [2 ** 53, -1, '18446744073709551616', '1.5', '0x1']) assert.throws(() => encode(type, value), /unsigned 64-bit/);
  });
  test('with a fraction come back as they were written', () => {
    for (const value of [0.1, -0, 1e-9, 3.4e38, 'NaN', '-Infinity'] as const) {
      returns('google.protobuf.FloatValue', value);
      returns('google.protobuf.DoubleValue', value);
    }
    assert.throws(() => encode('google.protobuf.FloatValue', 1e39));
  });
  test('bytes are base64 of either alphabet, or bytes', () => {
    for (const value of ['-_8=', '+/8=', '-_8', Buffer.from([0xfb, 0xff])]) returns('google.protobuf.BytesValue', value, '+/8=');
  });
});
