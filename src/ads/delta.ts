import type { Variant } from './variant.ts';
import { frameDelta } from './wire.ts';

/**
 * Delta: requests and responses carry only what changes.
 * https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#incremental-xds
 */
export const delta: Variant = {
  protocol: 'delta',
  isComplete: () => false,
  canRemove: (type) => type !== 'extensions',
  // https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#xds-protocol-delta (its last section)
  canMiss: (type) => type !== 'extensions',
  retriesAlone: () => true,

  // The nonce pairs an answer with its response and says nothing else: what is subscribed or unsubscribed with a
  // stale nonce counts. https://www.envoyproxy.io/docs/envoy/latest/api-docs/xds_protocol#incremental-xds
  subscribe(subscription, request) {
    const change = subscription.change(request.resource_names_subscribe ?? [], request.resource_names_unsubscribe ?? []);
    if (!change.first) return change;
    // After a reconnect the client says what it still holds, so that only the rest is sent.
    for (const [name, version] of Object.entries(request.initial_resource_versions ?? {})) {
      subscription.hold(name, { version });
    }
    return change;
  },

  frame: frameDelta,
};
