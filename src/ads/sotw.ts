import type { TypeName } from '../snapshot/resource.ts';
import type { Variant } from './variant.ts';
import { frameSotw } from './wire.ts';

/**
 * Listeners, clusters and scopes come complete every time, and what is missing from a response is removed. Of the other
 * types a response may hold only what changed, and there is no way to say that one is gone.
 * https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#grouping-resources-into-responses
 * https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#deleting-resources
 */
function isComplete(type: TypeName): boolean {
  return type === 'clusters' || type === 'listeners' || type === 'scopes';
}

/** State of the world: each request names everything that the client wants. */
export const sotw: Variant = {
  protocol: 'sotw',
  isComplete,
  canRemove: isComplete,
  // Names that do not exist are only remembered; the client has a timeout of its own.
  // https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#knowing-when-a-requested-resource-does-not-exist
  canMiss: () => false,
  retriesAlone: (type) => !isComplete(type),

  subscribe(subscription, request, lastNonce) {
    // A request that was written before the client saw our last response is stale: the client repeats its whole list
    // when it answers that response. The first request of a stream may carry the nonce of an older stream.
    // https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#resource-updates
    if (lastNonce !== undefined && (request.response_nonce ?? '') !== lastNonce) return undefined;
    return subscription.replace(request.resource_names ?? []);
  },

  frame: frameSotw,
};
