import type { RoutePolicy } from '../../model/route-policy.ts';
import type { UpstreamPolicy } from '../../model/upstream-policy.ts';

/** What a family asks for, a part of what an Ingress asks for. */
export interface AskedPolicy {
  readonly route?: RoutePolicy;
  readonly upstream?: UpstreamPolicy;
  /** In place of it for requests over https. */
  readonly upstreamOverHttps?: UpstreamPolicy;
}
