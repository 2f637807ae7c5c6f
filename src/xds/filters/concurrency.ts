import { concurrencyMetadata } from '../../model/concurrency.ts';
import { any } from '../../proto/codec.ts';
import { authzClusterName } from '../clusters/authz-cluster.ts';
import type { RouteFilter } from './filter.ts';

/**
 * Asks `naru authz` beside the Envoy whether one more request of a client may be under way; it knows that one is over by the end of its
 * question, which goes on for as long as the request. Without an answer nobody passes.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/http/http_filters/ext_proc_filter
 */
export const concurrency: RouteFilter = {
  name: 'concurrency',
  config: any('envoy.extensions.filters.http.ext_proc.v3.ExternalProcessor', {
    grpc_service: { envoy_grpc: { cluster_name: authzClusterName } },
    message_timeout: '5s',
    status_on_error: { code: 'ServiceUnavailable' },
    processing_mode: { ...trailers('SKIP'), request_header_mode: 'SKIP' },
    forward_rules: { allowed_headers: { patterns: [{ exact: 'x-real-ip' }] } },
  }),
  mayBeLeftOut: true,
  onRoute: ({ concurrency: limit }) =>
    limit &&
    any('envoy.extensions.filters.http.ext_proc.v3.ExtProcPerRoute', {
      overrides: {
        // The question is over when nothing more is to be asked, and trailers come last.
        processing_mode: { ...trailers('SEND'), request_header_mode: 'SEND' },
        grpc_initial_metadata: [{ key: concurrencyMetadata, value: JSON.stringify(limit) }],
      },
    }),
};

function trailers(response_trailer_mode: 'SEND' | 'SKIP') {
  return { response_header_mode: 'SKIP', request_trailer_mode: 'SKIP', response_trailer_mode } as const;
}
