import type { TypeName } from '../snapshot/resource.ts';
import type { DiscoveryRequest } from './request.ts';
import type { Subscription, SubscriptionChange } from './subscription.ts';
import type { ResponseContent } from './wire.ts';

/** Where the two variants of the protocol differ; everything else about a stream is the same for both. */
export interface Variant {
  readonly protocol: 'delta' | 'sotw';
  /** Whether every response of this type carries all resources of the type. */
  isComplete(type: TypeName): boolean;
  /**
   * Whether a response of this type can take a resource away. Never an extension: what Envoy runs by it for connections that are still open would
   * be ended in the threads of these connections. Envoy gives it back itself when nothing uses it any more.
   */
  canRemove(type: TypeName): boolean;
  /** Whether a response of this type can say that a name does not exist. */
  canMiss(type: TypeName): boolean;
  /** Whether resources that were refused together go again, one by one, to find the bad one. */
  retriesAlone(type: TypeName): boolean;
  /** Applies a request to what the client wants; undefined when the request counts for nothing. */
  subscribe(subscription: Subscription, request: DiscoveryRequest, lastNonce: string | undefined): SubscriptionChange | undefined;
  frame(content: ResponseContent): Buffer;
}
