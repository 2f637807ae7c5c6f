import type { PlainVariable, Template, Variable } from '../../model/template.ts';
import { type Parsed, shown } from '../annotations/grammar.ts';

/** Variables of nginx and of ingress-nginx's own template (rootfs/etc/nginx/template/nginx.tmpl), by what they mean. */
const plain: Readonly<Record<string, PlainVariable>> = {
  host: 'authority',
  http_host: 'authority',
  best_http_host: 'authority',
  scheme: 'scheme',
  pass_access_scheme: 'scheme',
  request_method: 'method',
  uri: 'path',
  document_uri: 'path',
  args: 'query',
  query_string: 'query',
  request_uri: 'original-path-and-query',
  remote_addr: 'client-address',
  the_real_ip: 'client-address',
  realip_remote_addr: 'client-address',
  proxy_protocol_addr: 'client-address',
  server_port: 'local-port',
  pass_server_port: 'local-port',
  request_id: 'request-id',
  req_id: 'request-id',
  server_protocol: 'protocol',
  ssl_server_name: 'tls-server-name',
  ssl_protocol: 'tls-version',
  ssl_cipher: 'tls-cipher',
  ssl_client_s_dn: 'client-certificate-subject',
  ssl_client_i_dn: 'client-certificate-issuer',
  ssl_client_escaped_cert: 'client-certificate',
  upstream_addr: 'upstream-address',
  status: 'status',
  upstream_status: 'status',
};

/** Families of variables whose name goes on with that of a header or parameter. Envoy has no such thing for cookies. */
const keyed = [
  { prefix: 'http_', name: 'request-header' },
  { prefix: 'arg_', name: 'query-parameter' },
  { prefix: 'sent_http_', name: 'response-header' },
  { prefix: 'upstream_http_', name: 'response-header' },
] as const;

/** Names of all variables; those of a family end with `*`. */
export const variableNames: readonly string[] = [...Object.keys(plain), ...keyed.map(({ prefix }) => `${prefix}*`)];

/** Variables that are known beforehand, such as `namespace` and `service_name`: texts, or what they are made of. */
export type Constants = Readonly<Record<string, string | Template>>;

/**
 * Reads a text in which `$name` and `${name}` stand for variables of nginx; a message names the first that is not known.
 * nginx has no way to write a `$` as such. https://nginx.org/en/docs/varindex.html
 */
export function parseTemplate(text: string, constants: Constants = {}): Parsed<Template> {
  const parts: (string | Variable)[] = [];
  let end = 0;
  for (const match of text.matchAll(/\$(?:\{(?<braced>\w+)\}|(?<bare>\w+))?/g)) {
    const name = match.groups?.['braced'] ?? match.groups?.['bare'];
    const found = name === undefined ? undefined : (ownOf(constants, name) ?? variableOf(name));
    if (found === undefined) return { ok: false, message: `"${shown(match[0])}" is no variable that Naru knows` };
    if (match.index > end) parts.push(text.slice(end, match.index));
    if (isTemplate(found)) parts.push(...found);
    else parts.push(found);
    end = match.index + match[0].length;
  }
  if (end < text.length) parts.push(text.slice(end));
  return { ok: true, value: joinTexts(parts) };
}

function ownOf(constants: Constants, name: string): string | Template | undefined {
  return Object.hasOwn(constants, name) ? constants[name] : undefined;
}

function isTemplate(value: string | Variable | Template): value is Template {
  return Array.isArray(value);
}

/** By nginx's name, without the `$`. */
export function variableOf(name: string): Variable | undefined {
  const known = Object.hasOwn(plain, name) ? plain[name] : undefined;
  if (known !== undefined) return { name: known };
  const family = keyed.find(({ prefix }) => name.startsWith(prefix) && name.length > prefix.length);
  if (family === undefined) return undefined;
  const key = name.slice(family.prefix.length);
  // nginx writes headers with underscores; parameters keep their names.
  return { name: family.name, key: family.name.endsWith('header') ? key.toLowerCase().replaceAll('_', '-') : key };
}

function joinTexts(parts: readonly (string | Variable)[]): Template {
  const joined: (string | Variable)[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (typeof part === 'string' && typeof last === 'string') joined[joined.length - 1] = last + part;
    else if (part !== '') joined.push(part);
  }
  return joined;
}
