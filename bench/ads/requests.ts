import { encode } from '../../src/proto/codec.ts';
import { typeUrls, type TypeName } from '../../src/snapshot/resource.ts';

export const fleetName = 'bench';
const message = 'envoy.service.discovery.v3.DeltaDiscoveryRequest';

/** A request in the frame that gRPC puts around a message. */
export function subscribe(type: TypeName, names: readonly string[], node?: string): Buffer {
  return framed(
    encode(message, {
      ...(node === undefined ? {} : { node: { id: node, cluster: fleetName, user_agent_name: 'envoy' } }),
      type_url: typeUrls[type],
      resource_names_subscribe: [...names],
    }),
  );
}

export function acknowledge(type: TypeName, nonce: string): Buffer {
  return framed(encode(message, { type_url: typeUrls[type], response_nonce: nonce }));
}

/** https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md#requests (Length-Prefixed-Message) */
function framed(bytes: Buffer): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(bytes.length, 1);
  return Buffer.concat([head, bytes]);
}
