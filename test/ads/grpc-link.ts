import { Client as GrpcClient, credentials, type ChannelCredentials, type StatusObject } from '@grpc/grpc-js';
import type { DiscoveryRequest } from '../../src/ads/request.ts';
import { discoveryServices } from '../../src/proto/ads-service.ts';
import { encode, type MessageName, type Messages } from '../../src/proto/codec.ts';
import { Client, type Protocol } from './client.ts';

const messages = {
  sotw: 'envoy.service.discovery.v3.DiscoveryRequest',
  delta: 'envoy.service.discovery.v3.DeltaDiscoveryRequest',
} as const;

export interface GrpcConnection {
  readonly client: Client;
  /** How the stream ended. */
  readonly ended: Promise<StatusObject>;
  close(): void;
}

export interface GrpcOptions {
  /** The service to use; all types on one stream by default. */
  readonly service?: keyof typeof discoveryServices;
  readonly credentials?: ChannelCredentials;
}

/** A client on a stream of its own over a connection of its own. */
export function connectGrpc(
  protocol: Protocol,
  target: string,
  node?: DiscoveryRequest['node'],
  { service = 'aggregated', credentials: given = credentials.createInsecure() }: GrpcOptions = {},
): GrpcConnection {
  const channel = new GrpcClient(target, given, {
    'grpc.max_receive_message_length': -1,
    'grpc.use_local_subchannel_pool': 1,
  });
  const call = channel.makeBidiStreamRequest(
    discoveryServices[service][protocol].path,
    (request: DiscoveryRequest) => encode<MessageName>(messages[protocol], request as Messages[MessageName]),
    (bytes: Buffer) => bytes,
  );
  // The status tells it all; an error says the same again.
  call.on('error', () => {});
  const ended = new Promise<StatusObject>((resolve) => void call.on('status', resolve));
  const client = new Client(
    protocol,
    (onResponse) => {
      call.on('data', onResponse);
      return { send: (request) => void call.write(request), close: () => call.end() };
    },
    node,
  );
  return {
    client,
    ended,
    close() {
      call.cancel();
      channel.close();
    },
  };
}
