import type { Blocked, TextPattern } from '../../model/edge.ts';
import { any } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { cidrRange } from '../cidr-range.ts';

type HttpFilter = Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter'];
type Principal = Messages['envoy.config.rbac.v3.Principal'];
type StringMatcher = Messages['envoy.type.matcher.v3.StringMatcher'];

/** Answers 403 to whom nothing is served, whatever the host; nothing where nobody is. */
export function blockedClients({ networks, userAgents, referers }: Blocked): readonly HttpFilter[] {
  const ids: Principal[] = [
    ...networks.map((network) => ({ remote_ip: cidrRange(network) })),
    ...userAgents.map((pattern) => inHeader('user-agent', pattern)),
    ...referers.map((pattern) => inHeader('referer', pattern)),
  ];
  if (ids.length === 0) return [];
  const blocked = { permissions: [{ any: true }], principals: [{ or_ids: { ids } }] };
  return [
    {
      name: 'envoy.filters.http.rbac',
      typed_config: any('envoy.extensions.filters.http.rbac.v3.RBAC', { rules: { action: 'DENY', policies: { blocked } } }),
    },
  ];
}

function inHeader(name: string, pattern: TextPattern): Principal {
  return { header: { name, string_match: textMatcher(pattern) } };
}

function textMatcher({ type, text }: TextPattern): StringMatcher {
  if (type === 'text') return { exact: text, ignore_case: true };
  return { safe_regex: { regex: anywhere(text) } };
}

/** Matches a whole text in which `text`, an expression of a `TextPattern`, is found. */
export function anywhere(text: string): string {
  const [, flags = '', regex = ''] = /^(\(\?i\))?(.*)$/s.exec(text) ?? [];
  return `${flags}.*(?:${regex}).*`;
}
