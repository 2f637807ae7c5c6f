import type { WeightedUpstream } from './route.ts';
import type { Source } from './source.ts';

/** An address and a port at which proxies take connections, beside the two listeners of the edge. */
export interface Listener {
  /** See `listenerKey`. */
  readonly key: string;
  readonly address: string;
  readonly port: number;
  /** The port that clients connect to, where something before the Envoys changes it; absent: `port`. */
  readonly publicPort?: number;
  readonly transport: 'tcp' | 'udp';
  /** The fleet that alone serves it; absent: the one that Ingresses have, too. */
  readonly fleet?: string;
  /** What connections go through: the one whose server name fits best. */
  readonly chains: readonly Chain[];
  readonly sources: readonly Source[];
}

export interface Chain {
  /** Unique within its listener. */
  readonly name: string;
  /** What a client of TLS asks for: a hostname, or `*.example.com` for any number of labels; absent: whoever has no other chain. */
  readonly serverName?: string;
  /** Absent: what is taken is not decrypted. */
  readonly tls?: ChainTls;
  readonly takes: Taken;
}

export interface ChainTls {
  /** Keys of certificates; a client gets the one that suits it. At least one. */
  readonly certificates: readonly string[];
  /** Absent: clients are asked for no certificate. */
  readonly clients?: ChainClients;
}

/** What is asked of the certificates of clients. */
export interface ChainClients {
  /** PEM: those that may have signed them. */
  readonly trusted: string;
  /** Clients without one, or with another, are let in, too. */
  readonly optional?: true;
}

export type Taken =
  /** Requests, for the virtual hosts that name the listener. */
  | { readonly type: 'requests' }
  /** Whole connections or datagrams. */
  | {
      readonly type: 'connections';
      readonly upstreams: readonly WeightedUpstream[];
      /** Share of the connections that nothing can take: they are closed. */
      readonly failing?: number;
    };

/** `10.0.0.1:443`, `[::1]:443`, `udp:10.0.0.1:53`, `gateway/shop/web/0.0.0.0:80` of a fleet of its own. Neither a blank nor an `@` is in it. */
export function listenerKey({ address, port, transport, fleet }: Pick<Listener, 'address' | 'port' | 'transport' | 'fleet'>): string {
  const host = address.includes(':') ? `[${address}]` : address;
  return `${fleet === undefined ? '' : `${fleet}/`}${transport === 'udp' ? 'udp:' : ''}${host}:${port}`;
}

/** The fleet of the Envoys that a Gateway has for itself. */
export function fleetOfGateway(gateway: string): string {
  return `gateway/${gateway}`;
}

/** The fleet of its own that a listener, or a scope of routes at one, belongs to by its name. */
export function ownFleetOf(name: string): string | undefined {
  return /(?:^|@)(gateway\/[^/]+\/[^/]+)\//.exec(name)?.[1];
}
