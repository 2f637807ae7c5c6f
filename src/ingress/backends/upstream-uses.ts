import { hash } from 'node:crypto';
import type { RouteAction, WeightedUpstream } from '../../model/route.ts';
import type { Source } from '../../model/source.ts';
import type { Upstream } from '../../model/upstream.ts';
import type { UpstreamPolicy } from '../../model/upstream-policy.ts';
import type { Key } from '../../store/table.ts';

/** An upstream as routes want it. */
export interface UpstreamUse {
  /** Key of the Service's port: the upstream without a policy. */
  readonly base: Key;
  readonly policy: UpstreamPolicy;
  /** It takes the requests of a canary. */
  readonly canary?: true;
  /** No Service's port, but a place of which no object knows more than where it is. */
  readonly place?: { readonly at: Place; readonly source: Source };
}

/** A DNS name or an IPv4 address, and a port. */
export type Place = NonNullable<Upstream['lookup']>;

/** Gathers which upstreams the routes of a host use. */
export class UpstreamUses {
  readonly #uses = new Map<Key, UpstreamUse>();
  readonly #canaries = new Set<Key>();

  /** The key of the upstream: that of the Service's port, and what tells policies apart behind a `~`, which no name contains. */
  use(base: Key, policy: UpstreamPolicy): Key {
    const key = keyOf(base, policy);
    this.#uses.set(key, { base, policy, ...(this.#canaries.has(key) && { canary: true }) });
    return key;
  }

  /** The same of one that takes the requests of a canary. */
  useForCanary(base: Key, policy: UpstreamPolicy): Key {
    this.#canaries.add(keyOf(base, policy));
    return this.use(base, policy);
  }

  /** The key of an upstream that is no Service's port; an empty namespace tells it from one. */
  place(at: Place, policy: UpstreamPolicy, source: Source): Key {
    const base = `//${at.hostname}/${at.port}`;
    const key = this.use(base, policy);
    this.#uses.set(key, { base, policy, place: { at, source } });
    return key;
  }

  /** Sends requests to upstreams that are reached by a policy; their keys are given without it. */
  forward(upstreams: readonly WeightedUpstream[], policy: UpstreamPolicy): RouteAction {
    return { type: 'forward', upstreams: upstreams.map((to) => ({ ...to, upstream: this.use(to.upstream, policy) })) };
  }

  get all(): ReadonlyMap<Key, UpstreamUse> {
    return this.#uses;
  }
}

/** The upstream of a Service's port, as routes want it. */
export function withPolicy(key: Key, { policy, place }: UpstreamUse, known: Upstream | undefined): Upstream | undefined {
  const port = place === undefined ? known : upstreamAt(key, place);
  return port && { ...port, key, ...(Object.keys(policy).length === 0 ? {} : { policy }) };
}

function upstreamAt(key: Key, { at, source }: NonNullable<UpstreamUse['place']>): Upstream {
  return { key, namespace: '', service: at.hostname, port: at.port, lookup: at, sources: [source] };
}

function keyOf(base: Key, policy: UpstreamPolicy): Key {
  return Object.keys(policy).length === 0 ? base : `${base}~${digest(policy)}`;
}

/** Equal policies have equal digests, in whatever order their parts were put together. */
function digest(policy: UpstreamPolicy): string {
  const sorted = Object.entries(policy).sort(([a], [b]) => (a < b ? -1 : 1));
  return hash('sha256', JSON.stringify(sorted), 'hex').slice(0, 12);
}
