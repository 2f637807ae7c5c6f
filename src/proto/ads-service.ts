// The service of https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#aggregated-discovery-service as @grpc/grpc-js
// registers it. Responses are bytes already: one encoding is shared by all streams.
import type { MethodDefinition } from '@grpc/grpc-js';
import { loadFileDescriptorSetFromBuffer, type PackageDefinition } from '@grpc/proto-loader';
import { decode, encode, type MessageName, type Messages } from './codec.ts';
import { adsDescriptors } from './gen/descriptors.ts';

type Method<Request extends MessageName> = MethodDefinition<Messages[Request], Buffer>;

const service = 'envoy.service.discovery.v3.AggregatedDiscoveryService';

function methodOf(definition: PackageDefinition, name: string) {
  const methods = definition[service];
  const method = methods !== undefined && !('format' in methods) ? methods[name] : undefined;
  if (method === undefined) throw new Error(`the descriptors hold no ${service}.${name}`);
  return method;
}

function withBytes<Request extends MessageName>(definition: PackageDefinition, name: string, request: Request): Method<Request> {
  const { path, requestStream, responseStream } = methodOf(definition, name);
  return {
    path,
    requestStream,
    responseStream,
    requestDeserialize: (bytes) => decode(request, bytes),
    requestSerialize: (message) => encode(request, message),
    responseSerialize: (bytes) => bytes,
    responseDeserialize: (bytes) => bytes,
  };
}

function loadAdsService() {
  const definition = loadFileDescriptorSetFromBuffer(Buffer.from(adsDescriptors, 'base64'));
  return {
    StreamAggregatedResources: withBytes(definition, 'StreamAggregatedResources', 'envoy.service.discovery.v3.DiscoveryRequest'),
    DeltaAggregatedResources: withBytes(definition, 'DeltaAggregatedResources', 'envoy.service.discovery.v3.DeltaDiscoveryRequest'),
  };
}

/** Requests arrive decoded; a response is the Buffer that `encode` made of a DiscoveryResponse or DeltaDiscoveryResponse. A client gets that Buffer. */
export const adsService = loadAdsService();
