import type { LogFields, LogFormat, LogOnlyVariable, LogTemplate, LogVariable } from '../../model/access-log.ts';
import { variableOf } from './variables.ts';

/** Variables of nginx that only a log can have. https://nginx.org/en/docs/http/ngx_http_log_module.html */
const logOnly: Readonly<Record<string, LogOnlyVariable>> = {
  time_local: 'time',
  time_iso8601: 'time-iso',
  msec: 'time-seconds',
  request: 'request-line',
  request_time: 'duration',
  session_time: 'duration',
  args: 'query',
  query_string: 'query',
  request_length: 'head-and-bytes-received',
  bytes_received: 'bytes-received',
  body_bytes_sent: 'bytes-sent',
  bytes_sent: 'head-and-bytes-sent',
  connection: 'connection',
  remote_port: 'client-port',
  realip_remote_addr: 'peer-address',
  server_addr: 'local-address',
  hostname: 'proxy-name',
  proxy_upstream_name: 'upstream',
  namespace: 'route-namespace',
  ingress_name: 'route-object',
  service_name: 'service',
  service_port: 'service-port',
  upstream_response_length: 'upstream-bytes',
  upstream_bytes_received: 'upstream-bytes',
  upstream_response_time: 'upstream-duration',
  upstream_session_time: 'upstream-duration',
  protocol: 'transport',
};

/** What there never is here, or is not known: written as nginx writes what is not there. */
const never = new Set(['remote_user', 'proxy_alternative_upstream_name', 'pipe', 'geoip_country_code']);

export interface LogFormatReading {
  readonly format: LogFormat;
  /** Variables that nobody knows here, each once: `-` is written for them. */
  readonly unknown: readonly string[];
}

export interface LogFormatOptions {
  /** Of a TCP or UDP service: there are connections and no requests. */
  readonly stream: boolean;
  /** Values are to be escaped for JSON. */
  readonly json: boolean;
}

/** Reads a format of nginx. With `json`, one that is a JSON object becomes one; else values stand in it as they are. */
export function readLogFormat(text: string, { stream, json }: LogFormatOptions): LogFormatReading {
  const unknown = new Set<string>();
  const template = (part: string): LogTemplate => parse(part, (name) => variableIn(name, stream), unknown);
  const fields = json ? parseObject(text) : undefined;
  const format: LogFormat =
    fields === undefined ? { type: 'text', text: template(text) } : { type: 'json', fields: mapFields(fields, template) };
  return { format, unknown: [...unknown] };
}

function variableIn(name: string, stream: boolean): LogVariable | undefined {
  if (stream && name === 'status') return { name: 'flags' };
  if (stream && name === 'bytes_sent') return { name: 'bytes-sent' };
  const own = Object.hasOwn(logOnly, name) ? logOnly[name] : undefined;
  return own === undefined ? variableOf(name) : { name: own };
}

function parse(text: string, find: (name: string) => LogVariable | undefined, unknown: Set<string>): LogTemplate {
  return text.split(/(\$\{\w+\}|\$\w+)/).flatMap((part, index): LogTemplate => {
    if (index % 2 === 0) return part === '' ? [] : [part];
    const name = part.replace(/^\$\{?|\}$/g, '');
    const found = never.has(name) ? undefined : find(name);
    if (found === undefined && !never.has(name)) unknown.add(name);
    return [found ?? '-'];
  });
}

/** Formats may have variables as bare values: `{"status": $status}`. */
function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  const quoted = text.replaceAll(/"(?:[^"\\]|\\.)*"|(\$\{\w+\}|\$\w+)/gs, (part, bare?: string) =>
    bare === undefined ? part : `"${bare}"`,
  );
  try {
    const value: unknown = JSON.parse(quoted);
    return isObject(value) && isFlat(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Objects within, but no lists. */
function isFlat(value: unknown): boolean {
  return isObject(value) ? Object.values(value).every(isFlat) : !Array.isArray(value);
}

function mapFields(fields: Readonly<Record<string, unknown>>, template: (text: string) => LogTemplate): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      isObject(value)
        ? mapFields(value, template)
        : typeof value === 'string'
          ? template(value)
          : typeof value === 'number' || typeof value === 'boolean'
            ? value
            : null,
    ]),
  );
}
