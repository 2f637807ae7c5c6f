import { hash } from 'node:crypto';
import type { RouteAction, WeightedUpstream } from '../model/route.ts';
import type { Upstream } from '../model/upstream.ts';
import type { UpstreamPolicy } from '../model/upstream-policy.ts';
import type { Key } from '../store/table.ts';

/** An upstream as routes want it. */
export interface UpstreamUse {
  /** Key of the Service's port: the upstream without a policy. */
  readonly base: Key;
  readonly policy: UpstreamPolicy;
}

/** Gathers which upstreams the routes of a host use. */
export class UpstreamUses {
  readonly #uses = new Map<Key, UpstreamUse>();

  /** The key of the upstream: that of the Service's port, and what tells policies apart behind a `~`, which no name contains. */
  use(base: Key, policy: UpstreamPolicy): Key {
    const key = Object.keys(policy).length === 0 ? base : `${base}~${digest(policy)}`;
    this.#uses.set(key, { base, policy });
    return key;
  }

  /** Sends requests to upstreams that are reached by a policy; their keys are given without it. */
  forward(upstreams: readonly WeightedUpstream[], policy: UpstreamPolicy): RouteAction {
    return { type: 'forward', upstreams: upstreams.map(({ upstream, weight }) => ({ upstream: this.use(upstream, policy), weight })) };
  }

  get all(): ReadonlyMap<Key, UpstreamUse> {
    return this.#uses;
  }
}

/** The upstream of a Service's port, as routes want it. */
export function withPolicy(key: Key, { policy }: UpstreamUse, port: Upstream | undefined): Upstream | undefined {
  return port && { ...port, key, ...(Object.keys(policy).length === 0 ? {} : { policy }) };
}

/** Equal policies have equal digests, in whatever order their parts were put together. */
function digest(policy: UpstreamPolicy): string {
  const sorted = Object.entries(policy).sort(([a], [b]) => (a < b ? -1 : 1));
  return hash('sha256', JSON.stringify(sorted), 'hex').slice(0, 12);
}
