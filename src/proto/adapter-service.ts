// `adapter.Adapter`, by which conformance suites put state into an xDS server that they test:
// https://github.com/ii/xds-test-harness/blob/main/api/adapter/adapter.proto
// These messages are none of Envoy's, so they are described here.
import type { MethodDefinition } from '@grpc/grpc-js';
import protobuf from 'protobufjs/light.js';

export interface SetStateRequest {
  readonly node: string;
  readonly version: string;
  readonly resources: readonly { readonly typeUrl: string; readonly value: Uint8Array }[];
}

export interface ClearStateRequest {
  readonly node: string;
}

export interface ResourceRequest {
  readonly node: string;
  readonly typeUrl: string;
  readonly resourceName: string;
  readonly version: string;
}

interface Success {
  readonly success: boolean;
}

interface ClearStateResponse {
  readonly response: string;
}

function message(name: string, fields: Readonly<Record<string, { id: number; type: string; rule?: 'repeated' }>>): protobuf.Type {
  return protobuf.Type.fromJSON(name, { fields });
}

const root = new protobuf.Root();
const inPackage = root.define('adapter');
const types = {
  any: message('Any', { typeUrl: { id: 1, type: 'string' }, value: { id: 2, type: 'bytes' } }),
  setState: message('SetStateRequest', {
    node: { id: 1, type: 'string' },
    version: { id: 2, type: 'string' },
    resources: { id: 3, type: 'Any', rule: 'repeated' },
  }),
  clearState: message('clearStateRequest', { node: { id: 1, type: 'string' } }),
  resource: message('ResourceRequest', {
    node: { id: 1, type: 'string' },
    typeUrl: { id: 2, type: 'string' },
    resourceName: { id: 3, type: 'string' },
    version: { id: 4, type: 'string' },
  }),
  success: message('Success', { success: { id: 1, type: 'bool' } }),
  cleared: message('clearStateResponse', { response: { id: 1, type: 'string' } }),
};
for (const type of Object.values(types)) inPackage.add(type);

function unary<Request extends object, Response extends object>(
  name: string,
  request: protobuf.Type,
  response: protobuf.Type,
): MethodDefinition<Request, Response> {
  // Fields that are not there have their default value: an empty string, false, no resources.
  const read = (type: protobuf.Type, bytes: Buffer): object => type.toObject(type.decode(bytes), { defaults: true });
  const write = (type: protobuf.Type, value: object): Buffer => Buffer.from(type.encode(value).finish());
  return {
    path: `/adapter.Adapter/${name}`,
    requestStream: false,
    responseStream: false,
    requestSerialize: (value) => write(request, value),
    requestDeserialize: (bytes) => read(request, bytes) as Request,
    responseSerialize: (value) => write(response, value),
    responseDeserialize: (bytes) => read(response, bytes) as Response,
  };
}

export const adapterService = {
  SetState: unary<SetStateRequest, Success>('SetState', types.setState, types.success),
  ClearState: unary<ClearStateRequest, ClearStateResponse>('ClearState', types.clearState, types.cleared),
  UpdateResource: unary<ResourceRequest, Success>('UpdateResource', types.resource, types.success),
  AddResource: unary<ResourceRequest, Success>('AddResource', types.resource, types.success),
  RemoveResource: unary<ResourceRequest, Success>('RemoveResource', types.resource, types.success),
} as const;
