import type { EdgeSettings } from '../../model/edge.ts';
import type { TlsPolicy } from '../../model/host-tls.ts';
import { encode } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { violations } from '../../proto/validate.ts';
import type { ListenerSettings } from '../options.ts';
import { tlsChainOf } from '../scopes/chain-header.ts';
import type { EncodedChain } from './listener.ts';
import { renderChain, renderChainFilters, renderPassthrough } from './listener-chain.ts';

const noFilters = Buffer.of();

/** Encodes filter chains of one listener. Their filters are most of the work, and the same for all hosts with the same policy: they are encoded once. */
export class ChainEncoder {
  readonly #filters = new WeakMap<EdgeSettings, Map<string, Buffer>>();

  chain(serverName: string, policy: TlsPolicy, settings: ListenerSettings): EncodedChain {
    const own = encoded(serverName, renderChain(serverName, policy, settings));
    return { own, filters: this.#filtersOf(policy, settings), needs: { type: 'secrets', name: serverName } };
  }

  passthrough(serverName: string, cluster: string): EncodedChain {
    const own = encoded(serverName, renderPassthrough(serverName, cluster));
    return { own, filters: noFilters, needs: { type: 'clusters', name: cluster } };
  }

  #filtersOf(policy: TlsPolicy, settings: ListenerSettings): Buffer {
    let known = this.#filters.get(settings.edge);
    if (known === undefined) this.#filters.set(settings.edge, (known = new Map()));
    const key = tlsChainOf(policy);
    let filters = known.get(key);
    if (filters === undefined) known.set(key, (filters = encoded(key, renderChainFilters(policy, settings))));
    return filters;
  }
}

function encoded(name: string, chain: Messages['envoy.config.listener.v3.FilterChain']): Buffer {
  const [objection] = violations('envoy.config.listener.v3.FilterChain', chain);
  if (objection !== undefined) throw new Error(`Envoy would refuse the filter chain ${name}: ${objection.path} ${objection.rule}`);
  return encode('envoy.config.listener.v3.FilterChain', chain);
}
