import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadFileDescriptorSetFromBuffer } from '@grpc/proto-loader';
import { discoveryServices } from '../../src/proto/ads-service.ts';
import { encode } from '../../src/proto/codec.ts';
import { adsDescriptors } from '../../src/proto/gen/descriptors.ts';

test('both methods of the aggregated discovery service: streams, requests decoded, responses as they are', () => {
  const { delta, sotw } = discoveryServices.aggregated;
  assert.equal(sotw.path, '/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources');
  assert.equal(delta.path, '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources');
  for (const { requestStream, responseStream } of [sotw, delta]) assert.ok(requestStream && responseStream);
  const request = { resource_names_subscribe: ['*'], response_nonce: '1' };
  assert.deepEqual(delta.requestDeserialize(encode('envoy.service.discovery.v3.DeltaDiscoveryRequest', request)), request);
  const response = Buffer.from('a');
  assert.equal(delta.responseSerialize(response), response);
});

test('every type has a service of its own', () => {
  const { listeners, secrets } = discoveryServices;
  assert.equal(listeners.sotw.path, '/envoy.service.listener.v3.ListenerDiscoveryService/StreamListeners');
  assert.equal(secrets.delta.path, '/envoy.service.secret.v3.SecretDiscoveryService/DeltaSecrets');
});

test('all methods are as Envoy describes them', () => {
  const described = new Map<string, readonly boolean[]>();
  for (const service of Object.values(loadFileDescriptorSetFromBuffer(Buffer.from(adsDescriptors, 'base64')))) {
    if ('format' in service) continue;
    for (const { path, requestStream, responseStream } of Object.values(service)) described.set(path, [requestStream, responseStream]);
  }
  for (const { sotw, delta } of Object.values(discoveryServices)) {
    for (const { path, requestStream, responseStream } of [sotw, delta])
      assert.deepEqual(described.get(path), [requestStream, responseStream], path);
  }
});
