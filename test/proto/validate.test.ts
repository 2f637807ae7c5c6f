import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { any, encode, type MessageName, type Messages, packed } from '../../src/proto/codec.ts';
import { messageSchema } from '../../src/proto/registry.ts';
import { readFieldRules } from '../../src/proto/rules/field-rules.ts';
import { violations } from '../../src/proto/validate.ts';
import { bootstrap, cluster, listener, routes } from './edge-config.ts';
import { generatedModel } from './generated-model.ts';

/** `path rule`, one for each. */
function faults<K extends MessageName>(type: K, message: Messages[K]): readonly string[] {
  return violations(type, message).map(({ path, rule }) => `${path} ${rule}`.trim());
}

/** What the compiler would not let through. */
function faultsUnchecked(type: MessageName, message: unknown): readonly string[] {
  return faults(type, message as never);
}

const route = 'envoy.config.route.v3.Route';
const clusterType = 'envoy.config.cluster.v3.Cluster';
const match = { prefix: '/' };

test('every rule in the descriptors is one that is checked', () => {
  let fields = 0;
  let oneofs = 0;
  for (const [name] of generatedModel().messages) {
    const schema = messageSchema(name);
    for (const { rules, typeName } of schema?.fields ?? []) {
      if (rules === undefined) continue;
      readFieldRules(rules, typeName);
      fields++;
    }
    oneofs += schema?.oneofs.filter(({ required }) => required).length ?? 0;
  }
  assert.ok(fields > 400, String(fields));
  assert.ok(oneofs > 50, String(oneofs));
});

describe('a message that is fine has no violations', () => {
  test('a bootstrap', () => assert.deepEqual(violations('envoy.config.bootstrap.v3.Bootstrap', bootstrap({ name: 'shop' })), []));
  test('a listener', () => assert.deepEqual(violations('envoy.config.listener.v3.Listener', listener('shop')), []));
  test('a cluster', () => assert.deepEqual(violations(clusterType, cluster('shop')), []));
  test('routes', () => assert.deepEqual(violations('envoy.config.route.v3.RouteConfiguration', routes), []));
});

describe('what is wrong is told with its place', () => {
  test('an empty text, also where it is absent', () => {
    assert.deepEqual(faults(clusterType, {}), ['name must not be empty']);
    assert.deepEqual(faults(clusterType, { name: '' }), ['name must not be empty']);
    assert.deepEqual(faultsUnchecked(clusterType, { name: null }), ['name must not be empty']);
  });
  test('deep within', () => {
    const broken = structuredClone(routes) as { virtual_hosts: { domains: string[]; routes: { match: object }[] }[] };
    broken.virtual_hosts[0]!.domains.push('a\nb');
    broken.virtual_hosts[0]!.routes[2]!.match = { path_separated_prefix: '/a/' };
    assert.deepEqual(faultsUnchecked('envoy.config.route.v3.RouteConfiguration', broken), [
      'virtual_hosts[0].domains[2] must hold no NUL, no line feed and no carriage return',
      'virtual_hosts[0].routes[2].match.path_separated_prefix must match ^[^?#]+[^?#/]$',
    ]);
  });
  test('a number out of bounds, also in a wrapper', () => {
    assert.deepEqual(faults(route, { match, direct_response: { status: 199 } }), ['direct_response.status must be at least 200, not 199']);
    assert.deepEqual(faults(route, { match, direct_response: {} }), ['direct_response.status must be at least 200, not 0']);
    assert.deepEqual(faults('envoy.config.endpoint.v3.LbEndpoint', { load_balancing_weight: 0 }), [
      'load_balancing_weight must be at least 1, not 0',
    ]);
    assert.deepEqual(faults('envoy.config.core.v3.UdpSocketConfig', { max_rx_datagram_size: '18446744073709551615' }), [
      'max_rx_datagram_size must be less than 65536, not 18446744073709551615',
    ]);
  });
  test('a duration', () => {
    assert.deepEqual(faults(clusterType, { name: 'a', connect_timeout: '-0.5s' }), ['connect_timeout must be more than 0s, not -0.5s']);
    assert.deepEqual(faults(clusterType, { name: 'a', connect_timeout: '0.000000001s' }), []);
  });
  test('an enum by number', () => {
    assert.deepEqual(faultsUnchecked(clusterType, { name: 'a', lb_policy: 77 }), [
      'lb_policy must be a value that envoy.config.cluster.v3.Cluster.LbPolicy has, not 77',
    ]);
    assert.deepEqual(faultsUnchecked(clusterType, { name: 'a', lb_policy: 1 }), []);
  });
  test('a oneof of which nothing is set', () => {
    assert.deepEqual(faults('envoy.config.core.v3.DataSource', {}), [
      'must have one of filename, inline_bytes, inline_string, environment_variable',
    ]);
  });
  test('a message that must be set', () => {
    assert.deepEqual(faults(route, { direct_response: { status: 200 } }), ['match must be set']);
  });
  test('a list', () => {
    assert.deepEqual(faults('envoy.config.route.v3.VirtualHost', { name: 'a' }), ['domains must not be empty']);
    assert.deepEqual(faults(route, { match, redirect: {}, response_headers_to_remove: ['ok', ''] }), [
      'response_headers_to_remove[1] must not be empty',
    ]);
    assert.deepEqual(faults('envoy.config.route.v3.InternalRedirectPolicy', { response_headers_to_copy: ['a', 'a'] }), [
      'response_headers_to_copy must hold nothing twice',
    ]);
  });
  test('the key of a map', () => {
    assert.deepEqual(faults('envoy.config.core.v3.Metadata', { filter_metadata: { '': {} } }), [
      'filter_metadata[""] the key must not be empty',
    ]);
  });
  test('within an Any', () => {
    const typed_config = any('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', { stat_prefix: 'a' });
    assert.deepEqual(faults('envoy.config.listener.v3.Filter', { name: 'a', typed_config }), [
      'typed_config must have one of rds, route_config, scoped_routes',
    ]);
  });
  test('text without a UTF-8 form, wherever it stands', () => {
    assert.deepEqual(faults(route, { name: '\ud800', match, redirect: {} }), ['name must be text that can be written in UTF-8']);
  });
});

test('what is encoded already is taken as it is', () => {
  const bytes = encode(clusterType, { name: 'a' });
  assert.deepEqual(violations('google.protobuf.Any', packed(clusterType, bytes)), []);
});

test('values of a wrong type are left to the codec', () => {
  assert.deepEqual(faultsUnchecked(clusterType, { name: 5, connect_timeout: 5, lb_policy: 'NONE', load_assignment: 'x', filters: {} }), []);
});
