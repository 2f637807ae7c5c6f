import assert from 'node:assert/strict';
import { test } from 'node:test';
import { adsService } from '../../src/proto/ads-service.ts';
import { encode } from '../../src/proto/codec.ts';

test('both methods of the aggregated discovery service: streams, requests decoded, responses as they are', () => {
  const { DeltaAggregatedResources: delta, StreamAggregatedResources: sotw } = adsService;
  assert.equal(sotw.path, '/envoy.service.discovery.v3.AggregatedDiscoveryService/StreamAggregatedResources');
  assert.equal(delta.path, '/envoy.service.discovery.v3.AggregatedDiscoveryService/DeltaAggregatedResources');
  for (const { requestStream, responseStream } of [sotw, delta]) assert.ok(requestStream && responseStream);
  const request = { resource_names_subscribe: ['*'], response_nonce: '1' };
  assert.deepEqual(delta.requestDeserialize(encode('envoy.service.discovery.v3.DeltaDiscoveryRequest', request)), request);
  const response = Buffer.from('a');
  assert.equal(delta.responseSerialize(response), response);
});
