import { any, encode } from '../proto/codec.ts';
import type { Messages } from '../proto/gen/messages.ts';
import { hostKey } from '../model/virtual-host.ts';
import { scopeOf, scopeOfOthers } from '../xds/scopes/scope.ts';
import { findChain, type Manager } from './connection.ts';
import { ownListener } from './listeners.ts';
import { normalisePath } from './normalised-path.ts';
import type { Explanation } from './explain.ts';
import { type ExplainedRequest, hostOf, serverNameOf } from './request.ts';
import type { MessageReader } from './resource-reader.ts';

type RouteConfiguration = Messages['envoy.config.route.v3.RouteConfiguration'];
type Route = Messages['envoy.config.route.v3.Route'];

export interface OracleOptions {
  /** Of the Unix socket at which it answers. */
  readonly socket: string;
  /** For requests by HTTPS, whatever certificate the host has. */
  readonly certificate: { readonly chain: string; readonly privateKey: string };
}

/** What an Envoy says of a request: the answer's status, and its body or where it sends clients. */
export interface OracleAnswer {
  readonly status: number;
  readonly says: string;
}

/** An answer of Envoy's own, which it gives to gRPC in gRPC's words. */
export function readAnswer(status: number, headers: Readonly<Record<string, string | string[] | undefined>>, body: string): OracleAnswer {
  const grpc = headers['grpc-status'];
  if (grpc === undefined) return { status, says: headers['location']?.toString() ?? body };
  const unsuccessful: Readonly<Record<string, number>> = { 12: 404, 13: 400 };
  return { status: unsuccessful[grpc.toString()] ?? status, says: decodeURIComponent(headers['grpc-message']?.toString() ?? '') };
}

const filtersKept: ReadonlySet<string> = new Set(['naru.other-hosts', 'envoy.filters.http.router']);

/**
 * The bootstrap of an Envoy that has the same connection manager and the same routes as one that runs these resources, but each route
 * answers with its own place. Undefined where the request does not come to a route, so that there is nothing to ask.
 */
export function oracleBootstrap(
  reader: MessageReader,
  request: ExplainedRequest,
  { listener: name }: Explanation,
  { socket, certificate }: OracleOptions,
): Buffer | undefined {
  const listener = reader.get('listeners', name);
  const manager = listener && findChain(listener, serverNameOf(request), reader)?.manager;
  if (manager === undefined) return undefined;
  const { access_log: _logs, tracing: _tracing, scoped_routes: scopes, ...others } = manager;
  const inline: Manager = {
    ...others,
    scoped_routes: inlineScopes(scopes, ownListener(name), request, reader),
    http_filters: (manager.http_filters ?? []).filter((filter) => filtersKept.has(filter.name ?? '')),
  };
  const filter = {
    name: 'http',
    typed_config: any('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', inline),
  };
  const tls = request.scheme === 'https' ? { transport_socket: serverTls(certificate) } : {};
  const filter_chains = [{ filters: [filter], ...tls }];
  return encode('envoy.config.bootstrap.v3.Bootstrap', {
    static_resources: { listeners: [{ name: 'oracle', address: { pipe: { path: socket } }, filter_chains }] },
  });
}

/** What the oracle should answer, if the explanation is right. */
export function expectedAnswer({ path, tried, domain, outcome }: Explanation, request: ExplainedRequest): OracleAnswer {
  const normalised = path ?? normalisePath(request);
  if (normalised.type === 'refused') return { status: 400, says: '' };
  if (normalised.type === 'redirect') return { status: 307, says: normalised.path };
  const place = tried.findIndex(({ objection }) => objection === undefined);
  if (place < 0 || domain === undefined) return { status: outcome.type === 'answer' ? outcome.status : 404, says: '' };
  return { status: 200, says: String(place) };
}

function inlineScopes(
  scoped: Manager['scoped_routes'],
  listener: string | undefined,
  request: ExplainedRequest,
  reader: MessageReader,
): NonNullable<Manager['scoped_routes']> {
  const host = hostOf(request).replace(/\.$/, '');
  const names = [...new Set([scopeOf(hostKey(host, listener)), scopeOfOthers(listener)])];
  const scopes = names.flatMap((name) => reader.get('scopes', name) ?? []);
  const scoped_route_configurations = scopes.map((scope) => ({
    ...scope,
    route_configuration: answering(scope.route_configuration ?? {}),
  }));
  const { scoped_rds: _remote, rds_config_source: _source, ...builder } = scoped ?? {};
  return { ...builder, scoped_route_configurations_list: { scoped_route_configurations } };
}

function answering(routes: RouteConfiguration): RouteConfiguration {
  const { name = 'oracle', ignore_port_in_host_matching, typed_per_filter_config } = routes;
  const virtual_hosts = (routes.virtual_hosts ?? []).map((host) => ({
    name: host.name ?? '',
    domains: host.domains ?? [],
    routes: (host.routes ?? []).map(sayingPlace),
  }));
  const filters = typed_per_filter_config === undefined ? {} : { typed_per_filter_config };
  return { name, virtual_hosts, ...filters, ...(ignore_port_in_host_matching === undefined ? {} : { ignore_port_in_host_matching }) };
}

function sayingPlace({ name, match }: Route, place: number): Route {
  return {
    ...(name === undefined ? {} : { name }),
    ...(match === undefined ? {} : { match }),
    direct_response: { status: 200, body: { inline_string: String(place) } },
  };
}

function serverTls({ chain, privateKey }: OracleOptions['certificate']): Messages['envoy.config.core.v3.TransportSocket'] {
  return {
    name: 'envoy.transport_sockets.tls',
    typed_config: any('envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext', {
      common_tls_context: {
        tls_certificates: [{ certificate_chain: { inline_string: chain }, private_key: { inline_string: privateKey } }],
      },
    }),
  };
}
