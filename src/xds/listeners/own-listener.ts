import type { Chain, ChainTls, Listener, Taken } from '../../model/listener.ts';
import { defaultTlsPolicy } from '../../model/host-tls.ts';
import { any } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import type { Reference, Resource } from '../../snapshot/resource.ts';
import { fromAds } from '../from-ads.ts';
import { plainChain, tlsChainOf } from '../scopes/chain-header.ts';
import { connectionProxy } from './connection-proxy.ts';
import { datagramProxy } from './datagram-proxy.ts';
import { renderFilters } from '../connection-manager/http-connection-manager.ts';
import { tlsInspector } from './listener.ts';
import { makeResource } from '../make-resource.ts';
import type { ListenerSettings } from '../options.ts';
import { readProxyProtocol } from '../connection-manager/proxy-protocol.ts';
import { scopeOfOthers } from '../scopes/scope.ts';
import { namedSecret } from '../tls/secret.ts';
import { tlsParameters, tlsSessions } from '../tls/tls-parameters.ts';
import { collectorOf } from '../tracing/tracing.ts';

type EnvoyListener = Messages['envoy.config.listener.v3.Listener'];
type FilterChain = Messages['envoy.config.listener.v3.FilterChain'];
type TlsContext = Messages['envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext'];

type IsServed = (reference: Reference) => boolean;

/** The certificates that the chains of a listener name. */
export function certificatesOf({ chains }: Listener): readonly string[] {
  return [...new Set(chains.flatMap(({ tls }) => tls?.certificates ?? []))];
}

/**
 * A listener besides those of the edge. `isServed`: whether a secret or cluster is there; a chain without any of its secrets is left out, so that
 * clients are refused instead of getting somebody else's certificate. A listener without a chain is none.
 */
export function renderOwnListener(listener: Listener, settings: ListenerSettings, isServed: IsServed): Resource | undefined {
  const { key, sources } = listener;
  const own = settingsFor(listener, settings);
  if (listener.transport === 'udp') return renderDatagrams(listener, own, isServed);
  const rendered = listener.chains.flatMap((chain) => renderChain(chain, key, own, isServed) ?? []);
  if (rendered.length === 0) return undefined;
  const message: EnvoyListener = { ...bound(listener, own), ...listenerFilters(listener, own), ...chainsOf(rendered) };
  const references = rendered.flatMap(({ references: some }) => some);
  return makeResource('listeners', message, { name: key, references: distinct(references), sources });
}

/** Without anywhere to send datagrams to nothing is bound. */
function renderDatagrams(listener: Listener, settings: ListenerSettings, isServed: IsServed): Resource | undefined {
  const { key, chains, sources } = listener;
  const [takes] = chains.flatMap((chain) => (chain.takes.type === 'connections' ? [usable(chain.takes, isServed)] : []));
  if (takes?.type !== 'connections' || takes.upstreams.length === 0) return undefined;
  const message: EnvoyListener = {
    name: key,
    address: { socket_address: { address: listener.address, port_value: listener.port, protocol: 'UDP' } },
    freebind: true,
    udp_listener_config: {},
    listener_filters: [datagramProxy(key, takes, settings.edge.streams.idle)],
  };
  return makeResource('listeners', message, { name: key, references: clustersOf(takes), sources });
}

/** What the controller's settings say of answers to browsers concerns the edge alone. */
function settingsFor(
  { port, publicPort = port }: Listener,
  { listen, edge: { hsts: _hsts, ...edge } }: ListenerSettings,
): ListenerSettings {
  return { listen: { ...listen, publicPorts: { http: publicPort, https: publicPort } }, edge };
}

/** `freebind`: an Envoy takes the address as soon as the machine has it, and not only if it has it already. */
function bound({ key: name, address, port }: Listener, { edge }: ListenerSettings): EnvoyListener {
  return {
    name,
    address: { socket_address: { address, port_value: port } },
    freebind: true,
    per_connection_buffer_limit_bytes: 32_768,
    listener_filters_timeout: `${Math.max(edge.connections.start, 1)}s`,
    max_connections_to_accept_per_socket_event: 1,
  };
}

function listenerFilters({ chains }: Listener, { edge }: ListenerSettings): Pick<EnvoyListener, 'listener_filters'> {
  const asksForName = chains.some(({ serverName, tls }) => serverName !== undefined || tls !== undefined);
  return { listener_filters: [...readProxyProtocol(edge.client), ...(asksForName ? [tlsInspector] : [])] };
}

interface RenderedChain {
  readonly chain: FilterChain;
  readonly isDefault: boolean;
  readonly references: readonly Reference[];
}

function chainsOf(rendered: readonly RenderedChain[]): Pick<EnvoyListener, 'filter_chains' | 'default_filter_chain'> {
  const named = rendered.filter(({ isDefault }) => !isDefault).map(({ chain }) => chain);
  const other = rendered.find(({ isDefault }) => isDefault)?.chain;
  return {
    ...(named.length === 0 ? {} : { filter_chains: named }),
    ...(other === undefined ? {} : { default_filter_chain: other }),
  };
}

function renderChain(chain: Chain, listener: string, settings: ListenerSettings, isServed: IsServed): RenderedChain | undefined {
  const { name, serverName, tls } = chain;
  const takes = usable(chain.takes, isServed);
  const secrets = (tls?.certificates ?? []).map(namedSecret).filter((secret) => isServed({ type: 'secrets', name: secret }));
  if (tls !== undefined && secrets.length === 0) return undefined;
  const routes: readonly Reference[] =
    takes.type === 'requests' ? [{ type: 'scopes', name: scopeOfOthers(listener) }, ...collectorOf(settings.edge)] : [];
  return {
    chain: {
      name,
      ...(serverName === undefined ? {} : { filter_chain_match: { server_names: [serverName] } }),
      ...(tls === undefined
        ? {}
        : { transport_socket_connect_timeout: '10s', transport_socket: transportSocket(tls, secrets, takes, settings) }),
      filters: filtersOf({ ...chain, takes }, listener, settings),
    },
    isDefault: serverName === undefined,
    references: [...routes, ...clustersOf(takes), ...secrets.map((secret): Reference => ({ type: 'secrets', name: secret }))],
  };
}

function filtersOf({ name, tls, takes }: Chain, listener: string, settings: ListenerSettings): FilterChain['filters'] {
  if (takes.type === 'connections') return [connectionProxy(name, takes)];
  return tls === undefined
    ? renderFilters('http', plainChain, settings, listener)
    : renderFilters('https', tlsChainOf({ name }), settings, listener);
}

/** What is left out takes no part; its share is closed. */
function usable(takes: Taken, isServed: IsServed): Taken {
  if (takes.type === 'requests') return takes;
  const upstreams = takes.upstreams.filter(({ upstream }) => isServed({ type: 'clusters', name: upstream }));
  if (upstreams.length === takes.upstreams.length) return takes;
  const lost = takes.upstreams.filter((one) => !upstreams.includes(one)).reduce((sum, { weight }) => sum + weight, 0);
  return { ...takes, upstreams, failing: (takes.failing ?? 0) + lost };
}

function clustersOf(takes: Taken): readonly Reference[] {
  return takes.type === 'requests' ? [] : takes.upstreams.map(({ upstream }) => ({ type: 'clusters', name: upstream }));
}

function clientValidation({ clients }: ChainTls): NonNullable<TlsContext['common_tls_context']> {
  if (clients === undefined) return {};
  return {
    validation_context: {
      trusted_ca: { inline_bytes: Buffer.from(clients.trusted) },
      ...(clients.optional === true ? { trust_chain_verification: 'ACCEPT_UNTRUSTED' } : {}),
    },
  };
}

function transportSocket(
  tls: ChainTls,
  secrets: readonly string[],
  takes: Chain['takes'],
  { edge }: ListenerSettings,
): FilterChain['transport_socket'] {
  const { alpn_protocols, ...parameters } = tlsParameters(defaultTlsPolicy, edge);
  const context: TlsContext = {
    ...tlsSessions(edge.tls, tls.clients !== undefined),
    ...(tls.clients === undefined || tls.clients.optional === true ? {} : { require_client_certificate: true }),
    common_tls_context: {
      ...parameters,
      ...clientValidation(tls),
      // Of what is in a connection that is forwarded nothing is known.
      ...(takes.type === 'requests' && alpn_protocols !== undefined ? { alpn_protocols } : {}),
      tls_certificate_sds_secret_configs: secrets.map((name) => ({ name, sds_config: fromAds })),
    },
  };
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: any('envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', context),
  };
}

function distinct(references: readonly Reference[]): readonly Reference[] {
  return [...new Map(references.map((one) => [`${one.type} ${one.name}`, one])).values()];
}
