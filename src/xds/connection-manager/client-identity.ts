import type { ClientSettings, EdgeSettings, RequestSettings } from '../../model/edge.ts';
import { any } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { cidrRange } from '../cidr-range.ts';
import { movedHeader } from './edge-headers.ts';
import { tellChain } from '../scopes/chain-header.ts';
import { tellScope } from '../scopes/scope-header.ts';

const standardHeader = 'x-forwarded-for';

type Manager = Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'];
type Mutation = Messages['envoy.config.common.mutation_rules.v3.HeaderMutation'];
type Extension = Messages['envoy.config.core.v3.TypedExtensionConfig'];

/**
 * Who the client is, and what of its request is believed; and in which scope of `listener` its route is. Envoy either takes the peer, or asks
 * an extension; with an extension it cleans nothing up by itself, so that this is done before anything else.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/http/http_conn_man/headers#x-forwarded-for
 */
export function clientIdentity(chain: string, listener: string | undefined, { client, requests, tracing }: EdgeSettings): Manager {
  const { addressHeader } = client;
  return {
    early_header_mutation_extensions: [
      early([tellChain(chain), tellScope(listener), ...distrust(client, requests), ...oddNames(requests), ...untraced(tracing)]),
    ],
    // Nobody is internal: what Envoys tell each other by `x-envoy-` headers is not for clients to say.
    internal_address_config: { unix_sockets: false },
    skip_xff_append: true,
    ...(client.proxyProtocol === undefined ? {} : { forward_proto_config: { https_destination_ports: [443] } }),
    ...(addressHeader === undefined ? { use_remote_address: true } : { original_ip_detection_extensions: [detection(addressHeader)] }),
  };
}

/** Takes away what only Envoy and trusted proxies may say. `Proxy`: https://httpoxy.org */
function distrust({ believesForwarded, addressHeader }: ClientSettings, { underscores }: RequestSettings): readonly Mutation[] {
  const name = addressHeader?.name ?? standardHeader;
  // Envoy knows the standard header alone.
  const renamed = name === standardHeader ? [] : movedHeader(standardHeader, name);
  const forwarded = believesForwarded ? [] : ['x-forwarded-proto'];
  return [
    { remove_on_match: { key_matcher: { prefix: 'x-envoy-', ignore_case: true } } },
    ...[...forwarded, 'proxy', ...(underscores ? aliases : [])].map((remove) => ({ remove })),
    ...renamed,
  ];
}

/**
 * Names that HTTP allows and nginx calls invalid. Those that begin with a colon are HTTP/2's own.
 * https://nginx.org/en/docs/http/ngx_http_core_module.html#ignore_invalid_headers
 */
function oddNames({ plainNamesOnly }: RequestSettings): readonly Mutation[] {
  return plainNamesOnly ? [{ remove_on_match: { key_matcher: { safe_regex: { regex: '[^:a-z0-9_-].*|[^:].*[^a-z0-9_-].*' } } } }] : [];
}

/** https://www.w3.org/TR/trace-context/ */
function untraced(tracing: EdgeSettings['tracing']): readonly Mutation[] {
  return tracing === undefined || tracing.believesCaller ? [] : ['traceparent', 'tracestate'].map((remove) => ({ remove }));
}

/** Done before a route is chosen. */
function early(mutations: Mutation[]): Extension {
  return {
    name: 'envoy.http.early_header_mutation.header_mutation',
    typed_config: any('envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation', { mutations }),
  };
}

/** What backends are told of clients: see `edgeHeaders`. */
const told = ['for', 'host', 'port', 'proto', 'scheme'].map((what) => `x-forwarded-${what}`);
const originals = ['x-original-forwarded-for', 'x-original-forwarded-host'];

/** The same names with some `_`, which backends that read headers as variables of an environment (CGI, WSGI) take for them. */
const aliases: readonly string[] = [...told, ...originals, 'x-real-ip', 'x-scheme'].flatMap((name) => {
  const written = name
    .split('-')
    .reduce<readonly string[]>(
      (all, word) => (all.length === 0 ? [word] : all.flatMap((start) => [`${start}-${word}`, `${start}_${word}`])),
      [],
    );
  return written.filter((one) => one !== name);
});

/** The last address that no trusted one has written, as nginx takes it with real_ip_recursive. */
function detection({ trusted }: NonNullable<ClientSettings['addressHeader']>): Extension {
  return {
    name: 'envoy.http.original_ip_detection.xff',
    typed_config: any('envoy.extensions.http.original_ip_detection.xff.v3.XffConfig', {
      xff_trusted_cidrs: { cidrs: trusted.map(cidrRange) },
      skip_xff_append: true,
    }),
  };
}
