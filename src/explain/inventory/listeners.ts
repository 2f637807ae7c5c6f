import type { Source } from '../../model/source.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { hasManager, isTrial } from '../connection.ts';
import { printAddress } from './endpoints.ts';
import type { Resources } from './resources.ts';

type Listener = Messages['envoy.config.listener.v3.Listener'];
type FilterChain = Messages['envoy.config.listener.v3.FilterChain'];

export interface ListenerRow {
  readonly name: string;
  /** `0.0.0.0:8080` */
  readonly address: string;
  /** `HTTP`, `HTTPS`, `TCP`, `TLS` or `UDP`; several where its filter chains differ. */
  readonly protocols: readonly string[];
  readonly chains: number;
  /** The server names that its filter chains are for. */
  readonly serverNames: readonly string[];
  readonly version: string;
  readonly sources: readonly Source[];
}

export function listListeners({ listeners = [] }: Resources): readonly ListenerRow[] {
  return listeners.map(({ name, version, sources, resource }) => {
    const chains = chainsOf(resource);
    const udp = resource.address?.socket_address?.protocol === 'UDP';
    return {
      name,
      address: printAddress(resource.address),
      protocols: udp ? ['UDP'] : [...new Set(chains.map(protocolOf))].sort(),
      chains: chains.length,
      serverNames: chains.flatMap((chain) => chain.filter_chain_match?.server_names ?? []),
      version,
      sources,
    };
  });
}

/** Those that are for connections; the default one is the last. */
export function chainsOf({ filter_chains: chains = [], default_filter_chain: other }: Listener): readonly FilterChain[] {
  const used = chains.filter((chain) => !isTrial(chain));
  return other === undefined ? used : [...used, other];
}

function protocolOf(chain: FilterChain): string {
  const { transport_socket: tls, filter_chain_match: match } = chain;
  if (hasManager(chain)) return tls === undefined ? 'HTTP' : 'HTTPS';
  return tls !== undefined || (match?.server_names ?? []).length > 0 ? 'TLS' : 'TCP';
}
