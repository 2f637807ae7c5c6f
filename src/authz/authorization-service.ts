// The external authorization service as @grpc/grpc-js registers it:
// https://www.envoyproxy.io/docs/envoy/v1.40.0/api-v3/service/auth/v3/external_auth.proto
import type { MethodDefinition } from '@grpc/grpc-js';
import { decode, encode, type Messages } from '../proto/codec.ts';

export type CheckRequest = Messages['envoy.service.auth.v3.CheckRequest'];
export type CheckResponse = Messages['envoy.service.auth.v3.CheckResponse'];

const check: MethodDefinition<CheckRequest, CheckResponse> = {
  path: '/envoy.service.auth.v3.Authorization/Check',
  requestStream: false,
  responseStream: false,
  requestSerialize: (message) => encode('envoy.service.auth.v3.CheckRequest', message),
  requestDeserialize: (bytes) => decode('envoy.service.auth.v3.CheckRequest', bytes),
  responseSerialize: (message) => encode('envoy.service.auth.v3.CheckResponse', message),
  responseDeserialize: (bytes) => decode('envoy.service.auth.v3.CheckResponse', bytes),
};

export const authorizationService = { Check: check };
