import { any } from '../../proto/codec.ts';
import type { RouteFilter } from './filter.ts';

/**
 * Sends each answer no faster than so many KiB in a second. Envoy has it among its faults; the filter for bandwidth would let all
 * requests of a route share one limit.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/http/http_filters/fault_filter
 */
export const bandwidth: RouteFilter = {
  name: 'bandwidth',
  mayBeLeftOut: true,
  config: any('envoy.extensions.filters.http.fault.v3.HTTPFault', {}),
  onRoute: ({ answerRate }) =>
    answerRate === undefined
      ? undefined
      : any('envoy.extensions.filters.http.fault.v3.HTTPFault', {
          response_rate_limit: { fixed_limit: { limit_kbps: answerRate }, percentage: { numerator: 100 } },
        }),
};
