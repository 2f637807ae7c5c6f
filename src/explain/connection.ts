import type { Messages } from '../proto/gen/messages.ts';
import type { MessageReader } from './resource-reader.ts';

type Listener = Messages['envoy.config.listener.v3.Listener'];
type FilterChain = Messages['envoy.config.listener.v3.FilterChain'];
export type Manager = Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'];

type DownstreamTls = Messages['envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext'];
type TcpProxy = Messages['envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy'];

const managerFilter = 'envoy.filters.network.http_connection_manager';

/** The filter chain that a connection goes through. */
export interface FoundChain {
  readonly name: string;
  /** What it is for; absent: whoever no other chain is for. */
  readonly serverName?: string;
  /** Whether Envoy ends TLS here. */
  readonly endsTls: boolean;
  /** Name of the certificate that it shows. */
  readonly certificate?: string;
  /** Absent: it does not speak HTTP. */
  readonly manager?: Manager;
  /** Where it hands the bytes on: names of clusters, each with its share from 0 to 1. */
  readonly proxiedTo?: readonly { readonly cluster: string; readonly share: number }[];
}

/**
 * The filter chain of a listener for the server name that a client says: the name itself before `*.example.com`, the longest
 * of these first, then the default one.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/api-v3/config/listener/v3/listener_components.proto#config-listener-v3-filterchainmatch
 */
export function findChain(
  { filter_chains: all = [], default_filter_chain: other }: Listener,
  serverName: string,
  resources: MessageReader,
): FoundChain | undefined {
  const chains = all.filter((chain) => !isTrial(chain));
  for (const name of [serverName, ...wildcardsFor(serverName)]) {
    const chain = chains.find(({ filter_chain_match: match }) => match?.server_names?.includes(name) === true);
    if (chain !== undefined) return { ...described(chain, resources), serverName: name };
  }
  const any = chains.find(({ filter_chain_match: match }) => (match?.server_names ?? []).length === 0) ?? other;
  return any && described(any, resources);
}

function wildcardsFor(serverName: string): readonly string[] {
  const labels = serverName.split('.');
  return labels.slice(1).map((_, index) => `*.${labels.slice(index + 1).join('.')}`);
}

/** Whether a chain is there to be judged, and not for connections. */
export function isTrial({ filter_chain_match: match }: FilterChain): boolean {
  return match?.transport_protocol !== undefined;
}

/** Whether a chain speaks HTTP. */
export function hasManager({ filters = [] }: FilterChain): boolean {
  return filters.some(({ name, config_discovery: named }) => name === managerFilter || named !== undefined);
}

/** It stands in the chain, or the chain names it. */
function managerOf({ filters = [] }: FilterChain, resources: MessageReader): Manager | undefined {
  const named = filters.find(({ config_discovery: discovery }) => discovery !== undefined)?.name;
  const extension = named === undefined ? undefined : resources.get('extensions', named);
  const found = extension ?? filters.find(({ name }) => name === managerFilter);
  return found?.typed_config as Manager | undefined;
}

function described(found: FilterChain, resources: MessageReader): FoundChain {
  const { name = '', filters = [], transport_socket: tls } = found;
  const manager = managerOf(found, resources);
  const proxy = filters.find((one) => one.name === 'envoy.filters.network.tcp_proxy')?.typed_config as TcpProxy | undefined;
  const chain = { name, endsTls: tls !== undefined, ...certificateOf(tls) };
  if (manager !== undefined) return { ...chain, manager };
  return proxy === undefined ? chain : { ...chain, proxiedTo: targetsOf(proxy) };
}

function certificateOf(tls: FilterChain['transport_socket']): { readonly certificate?: string } {
  const { common_tls_context: context } = (tls?.typed_config ?? {}) as DownstreamTls;
  const name = context?.tls_certificate_sds_secret_configs?.[0]?.name;
  return name === undefined ? {} : { certificate: name };
}

/** A backend that is not there has a share, too: its connections are closed. */
function targetsOf({ cluster, weighted_clusters: weighted }: TcpProxy): NonNullable<FoundChain['proxiedTo']> {
  if (weighted === undefined) return [{ cluster: cluster ?? '', share: 1 }];
  const whole = weighted.clusters?.reduce((sum, { weight = 0 }) => sum + weight, 0) ?? 0;
  return (weighted.clusters ?? []).map(({ name = '', weight = 0 }) => ({ cluster: name, share: whole === 0 ? 0 : weight / whole }));
}

/** The headers that a connection manager puts into each request before it looks for a route. */
export function earlyHeaders({ early_header_mutation_extensions: extensions = [] }: Manager): ReadonlyMap<string, string> {
  const mutations = extensions.flatMap(
    ({ typed_config: config }) =>
      (config as Messages['envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation']).mutations ?? [],
  );
  return new Map(
    mutations.flatMap(({ append }) =>
      append?.header?.key === undefined ? [] : [[append.header.key.toLowerCase(), append.header.value ?? '']],
    ),
  );
}
