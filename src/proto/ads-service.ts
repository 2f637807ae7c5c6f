// The discovery services as @grpc/grpc-js registers them: https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#variants-of-the-xds-transport-protocol
// Responses are bytes already: one encoding is shared by all streams.
import type { MethodDefinition } from '@grpc/grpc-js';
import { loadFileDescriptorSetFromBuffer, type PackageDefinition } from '@grpc/proto-loader';
import { decode, encode, type MessageName, type Messages } from './codec.ts';
import { adsDescriptors } from './gen/descriptors.ts';

type Method<Request extends MessageName> = MethodDefinition<Messages[Request], Buffer>;

/** A discovery service: state of the world and delta. */
interface DiscoveryService {
  readonly sotw: Method<'envoy.service.discovery.v3.DiscoveryRequest'>;
  readonly delta: Method<'envoy.service.discovery.v3.DeltaDiscoveryRequest'>;
}

const definition = loadFileDescriptorSetFromBuffer(Buffer.from(adsDescriptors, 'base64'));

function methodOf(from: PackageDefinition, service: string, name: string) {
  const methods = from[service];
  const method = methods !== undefined && !('format' in methods) ? methods[name] : undefined;
  if (method === undefined) throw new Error(`the descriptors hold no ${service}.${name}`);
  return method;
}

function withBytes<Request extends MessageName>(service: string, name: string, request: Request): Method<Request> {
  const { path, requestStream, responseStream } = methodOf(definition, service, name);
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

function discoveryService(service: string, noun: string): DiscoveryService {
  return {
    sotw: withBytes(service, `Stream${noun}`, 'envoy.service.discovery.v3.DiscoveryRequest'),
    delta: withBytes(service, `Delta${noun}`, 'envoy.service.discovery.v3.DeltaDiscoveryRequest'),
  };
}

/**
 * All types on one stream, or a stream for one type. Fetch, the variant by polling, is left out: gRPC answers UNIMPLEMENTED.
 * Requests arrive decoded; a response is the Buffer that `encode` made of a DiscoveryResponse or DeltaDiscoveryResponse. A client
 * gets that Buffer.
 */
export const discoveryServices = {
  aggregated: discoveryService('envoy.service.discovery.v3.AggregatedDiscoveryService', 'AggregatedResources'),
  clusters: discoveryService('envoy.service.cluster.v3.ClusterDiscoveryService', 'Clusters'),
  endpoints: discoveryService('envoy.service.endpoint.v3.EndpointDiscoveryService', 'Endpoints'),
  secrets: discoveryService('envoy.service.secret.v3.SecretDiscoveryService', 'Secrets'),
  listeners: discoveryService('envoy.service.listener.v3.ListenerDiscoveryService', 'Listeners'),
  scopes: discoveryService('envoy.service.route.v3.ScopedRoutesDiscoveryService', 'ScopedRoutes'),
  routes: discoveryService('envoy.service.route.v3.RouteDiscoveryService', 'Routes'),
} as const satisfies Readonly<Record<string, DiscoveryService>>;
