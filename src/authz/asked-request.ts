import type { AccessTemplate, AccessVariable } from '../model/authentication.ts';
import { readCredentials } from './credentials.ts';

/** What of a request is looked at. */
export interface AskedRequest {
  readonly method: string;
  /** As the client wrote it. */
  readonly authority: string;
  readonly pathAndQuery: string;
  readonly protocol: string;
  /** Names in lower case. The listener has set what they say of the client. */
  readonly headers: Readonly<Record<string, string>>;
}

/** The text of a template for one request; a variable that says nothing is the empty text. */
export function fill(template: AccessTemplate, request: AskedRequest): string {
  return template.map((part) => (typeof part === 'string' ? part : valueOf(part, request))).join('');
}

export function schemeOf({ headers }: AskedRequest): string {
  return headers['x-forwarded-proto'] ?? 'http';
}

/** The address behind the proxies that are trusted: the listener has set the header. */
export function clientAddressOf({ headers }: AskedRequest): string | undefined {
  return headers['x-real-ip'];
}

/** Those that are not here say nothing before there is a backend, or nothing that a helper is told. */
const values: Readonly<Partial<Record<AccessVariable['name'], (request: AskedRequest, key: string) => string | undefined>>> = {
  authority: ({ authority }) => authority,
  scheme: schemeOf,
  method: ({ method }) => method,
  path: ({ pathAndQuery }) => splitOnce(pathAndQuery, '?')[0],
  'original-path-and-query': ({ pathAndQuery }) => pathAndQuery,
  'escaped-path-and-query': ({ pathAndQuery }) => escapePart(pathAndQuery),
  'client-address': clientAddressOf,
  'local-port': ({ headers }) => headers['x-forwarded-port'],
  'request-id': ({ headers }) => headers['x-request-id'],
  protocol: ({ protocol }) => protocol,
  'request-header': ({ headers }, key) => headers[key],
  'query-parameter': ({ pathAndQuery }, key) => parameter(splitOnce(pathAndQuery, '?')[1] ?? '', key),
  cookie: ({ headers }, key) => cookie(headers['cookie'] ?? '', key),
  user: ({ headers }) => readCredentials(headers['authorization'])?.user,
};

function valueOf(variable: AccessVariable, request: AskedRequest): string {
  return values[variable.name]?.(request, 'key' in variable ? variable.key : '') ?? '';
}

/** As ngx.escape_uri: all but unreserved characters. */
function escapePart(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** As it is written, the first of its name. */
function parameter(query: string, name: string): string {
  const found = query.split('&').map((each) => splitOnce(each, '='));
  return found.find(([key = '']) => key.toLowerCase() === name.toLowerCase())?.[1] ?? '';
}

function cookie(header: string, name: string): string {
  const found = header.split(';').map((each) => splitOnce(each.trim(), '='));
  return found.find(([key]) => key === name)?.[1] ?? '';
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}
