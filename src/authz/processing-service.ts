// The external processor as @grpc/grpc-js registers it:
// https://www.envoyproxy.io/docs/envoy/v1.40.0/api-v3/service/ext_proc/v3/external_processor.proto
import type { MethodDefinition } from '@grpc/grpc-js';
import { decode, encode, type Messages } from '../proto/codec.ts';

export type ProcessingRequest = Messages['envoy.service.ext_proc.v3.ProcessingRequest'];
export type ProcessingResponse = Messages['envoy.service.ext_proc.v3.ProcessingResponse'];

const process: MethodDefinition<ProcessingRequest, ProcessingResponse> = {
  path: '/envoy.service.ext_proc.v3.ExternalProcessor/Process',
  requestStream: true,
  responseStream: true,
  requestSerialize: (message) => encode('envoy.service.ext_proc.v3.ProcessingRequest', message),
  requestDeserialize: (bytes) => decode('envoy.service.ext_proc.v3.ProcessingRequest', bytes),
  responseSerialize: (message) => encode('envoy.service.ext_proc.v3.ProcessingResponse', message),
  responseDeserialize: (bytes) => decode('envoy.service.ext_proc.v3.ProcessingResponse', bytes),
};

export const processingService = { Process: process };
