// The discovery services as @grpc/grpc-js registers them: https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#variants-of-the-xds-transport-protocol
// Responses are bytes already: one encoding is shared by all streams. Written down here, because to read them out of their descriptors
// takes a tenth of a start; a test compares them.
import type { MethodDefinition } from '@grpc/grpc-js';
import { decode, encode, type MessageName, type Messages } from './codec.ts';

type Method<Request extends MessageName> = MethodDefinition<Messages[Request], Buffer>;

/** A discovery service: state of the world and delta. */
interface DiscoveryService {
  readonly sotw: Method<'envoy.service.discovery.v3.DiscoveryRequest'>;
  readonly delta: Method<'envoy.service.discovery.v3.DeltaDiscoveryRequest'>;
}

function streamOf<Request extends MessageName>(service: string, name: string, request: Request): Method<Request> {
  return {
    path: `/${service}/${name}`,
    requestStream: true,
    responseStream: true,
    requestDeserialize: (bytes) => decode(request, bytes),
    requestSerialize: (message) => encode(request, message),
    responseSerialize: (bytes) => bytes,
    responseDeserialize: (bytes) => bytes,
  };
}

function discoveryService(service: string, noun: string): DiscoveryService {
  return {
    sotw: streamOf(service, `Stream${noun}`, 'envoy.service.discovery.v3.DiscoveryRequest'),
    delta: streamOf(service, `Delta${noun}`, 'envoy.service.discovery.v3.DeltaDiscoveryRequest'),
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
  extensions: discoveryService('envoy.service.extension.v3.ExtensionConfigDiscoveryService', 'ExtensionConfigs'),
  listeners: discoveryService('envoy.service.listener.v3.ListenerDiscoveryService', 'Listeners'),
  scopes: discoveryService('envoy.service.route.v3.ScopedRoutesDiscoveryService', 'ScopedRoutes'),
  routes: discoveryService('envoy.service.route.v3.RouteDiscoveryService', 'Routes'),
} as const satisfies Readonly<Record<string, DiscoveryService>>;
