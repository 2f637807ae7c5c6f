import type { EdgeSettings } from '../../model/edge.ts';
import type { HeaderValue } from '../../model/route-policy.ts';
import { any } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { chainHeader } from '../scopes/chain-header.ts';
import { escapeText, renderTemplate } from '../template.ts';

type HttpFilter = Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter'];
type Mutation = Messages['envoy.config.common.mutation_rules.v3.HeaderMutation'];

export interface EdgePort {
  readonly scheme: 'http' | 'https';
  /** What clients connect to. */
  readonly number: number;
}

/** The headers that every request gets on its way to a backend, and every answer. */
export function edgeHeaders(port: EdgePort, edge: EdgeSettings): HttpFilter {
  return {
    name: 'envoy.filters.http.header_mutation',
    typed_config: any('envoy.extensions.filters.http.header_mutation.v3.HeaderMutation', {
      mutations: { request_mutations: requestMutations(port, edge), response_mutations: answerMutations(port, edge) },
    }),
  };
}

/**
 * In the order in which ingress-nginx's template sets them (rootfs/etc/nginx/template/nginx.tmpl, `proxy_set_header`): what is
 * kept of the request's own first, because what replaces it comes after.
 */
function requestMutations(port: EdgePort, { client, requests }: EdgeSettings): Mutation[] {
  const said = client.believesForwarded ? 'ADD_IF_ABSENT' : 'OVERWRITE_IF_EXISTS_OR_ADD';
  const address = '%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%';
  // With the PROXY protocol the peer is whom that names.
  const peer = client.proxyProtocol === undefined ? '%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%' : address;
  return [
    { remove: chainHeader },
    ...movedHeader('x-original-forwarded-for', client.addressHeader?.name ?? 'x-forwarded-for'),
    ...movedHeader('x-original-forwarded-host', client.hostHeader),
    set('x-real-ip', address),
    client.keepsForwardedFor ? set('x-forwarded-for', peer, 'APPEND_IF_EXISTS_OR_ADD') : set('x-forwarded-for', address),
    set('x-forwarded-host', '%REQ(:authority)%', said),
    set('x-forwarded-port', client.proxyProtocol === undefined ? String(port.number) : '%DOWNSTREAM_LOCAL_PORT%', said),
    set('x-forwarded-scheme', '%REQ(x-forwarded-proto)%'),
    set('x-scheme', '%REQ(x-forwarded-proto)%'),
    ...(requests.originalUri ? [set('x-original-uri', '%REQ(x-envoy-original-path?:path)%')] : []),
    ...['x-envoy-external-address', 'x-envoy-internal'].map((remove) => ({ remove })),
    ...requests.set.map(setTemplate),
  ];
}

/** An absent header leaves no trace, not even of what the client has put under the other name. */
export function movedHeader(to: string, from: string): Mutation[] {
  return [{ remove: to }, set(to, `%REQ(${from})%`)];
}

function answerMutations({ scheme }: EdgePort, { hsts, answers }: EdgeSettings): Mutation[] {
  return [
    ...answers.remove.map((remove) => ({ remove })),
    ...(scheme === 'https' && hsts !== undefined ? [set('strict-transport-security', escapeText(hsts))] : []),
    ...answers.set.map(setTemplate),
  ];
}

function setTemplate({ name, value }: HeaderValue): Mutation {
  return value.length === 0 ? { remove: name } : set(name, renderTemplate(value));
}

type Action = NonNullable<Messages['envoy.config.core.v3.HeaderValueOption']['append_action']>;

function set(key: string, value: string, append_action: Action = 'OVERWRITE_IF_EXISTS_OR_ADD'): Mutation {
  return { append: { header: { key, value }, append_action } };
}
