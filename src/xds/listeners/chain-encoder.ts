import type { EdgeSettings } from '../../model/edge.ts';
import type { TlsPolicy } from '../../model/host-tls.ts';
import type { Reference } from '../../snapshot/resource.ts';
import type { ListenerSettings } from '../options.ts';
import { tlsChainOf } from '../scopes/chain-header.ts';
import { type ChainFilters, renderChainFilters } from './chain-filters.ts';
import { encodedChain } from './encoded-chain.ts';
import { renderChain, renderPassthrough } from './listener-chain.ts';

/** A filter chain of the TLS listener, in two parts of which many chains share one. */
export interface EncodedChain {
  readonly own: Buffer;
  /** Absent where its own part is all. */
  readonly filters?: ChainFilters;
  /** What its own part refers to by name. */
  readonly needs: Reference;
}

/** Encodes filter chains of one listener. Their filters are most of the work, and the same for all hosts with the same policy: they are encoded once. */
export class ChainEncoder {
  readonly #filters = new WeakMap<EdgeSettings, Map<string, ChainFilters>>();

  chain(serverName: string, policy: TlsPolicy, settings: ListenerSettings): EncodedChain {
    const own = encodedChain(serverName, renderChain(serverName, policy, settings));
    return { own, filters: this.#filtersOf(policy, settings), needs: { type: 'secrets', name: serverName } };
  }

  passthrough(serverName: string, cluster: string): EncodedChain {
    return { own: encodedChain(serverName, renderPassthrough(serverName, cluster)), needs: { type: 'clusters', name: cluster } };
  }

  #filtersOf(policy: TlsPolicy, settings: ListenerSettings): ChainFilters {
    let known = this.#filters.get(settings.edge);
    if (known === undefined) this.#filters.set(settings.edge, (known = new Map()));
    const key = tlsChainOf(policy);
    let filters = known.get(key);
    if (filters === undefined) known.set(key, (filters = renderChainFilters(policy, settings)));
    return filters;
  }
}

export function sameChain(a: EncodedChain, b: EncodedChain): boolean {
  // The name of the connection manager tells its content.
  const sameFilters =
    a.filters === undefined || b.filters === undefined ? a.filters === b.filters : a.filters.byName.equals(b.filters.byName);
  return sameFilters && a.own.equals(b.own);
}
