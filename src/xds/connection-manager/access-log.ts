import type { AccessLog, LogFields, LogOnlyVariable, LogTemplate, LogVariable } from '../../model/access-log.ts';
import { any, type AnyMessage } from '../../proto/codec.ts';
import type { Messages } from '../../proto/gen/messages.ts';
import { isLogged } from '../routes/route-metadata.ts';
import { escapeText, renderVariable } from '../template.ts';

type Logger = Messages['envoy.config.accesslog.v3.AccessLog'];
type Filter = Messages['envoy.config.accesslog.v3.AccessLogFilter'];
type Format = Messages['envoy.config.core.v3.SubstitutionFormatString'];

/** Envoy writes durations in whole milliseconds only; CEL makes seconds of them. */
const seconds = (duration: string): string => `%CEL(double(${duration}.getSeconds()) + double(${duration}.getMilliseconds()) / 1000.0)%`;

/** https://www.envoyproxy.io/docs/envoy/v1.40.0/configuration/observability/access_log/usage */
const commands: Readonly<Record<Exclude<LogOnlyVariable, 'transport'>, string>> = {
  time: '%START_TIME(%d/%b/%Y:%H:%M:%S %z)%',
  'time-iso': '%START_TIME(%Y-%m-%dT%H:%M:%S+00:00)%',
  'time-seconds': '%START_TIME(%s.%3f)%',
  duration: seconds('request.duration'),
  'request-line': '%REQ(:method)% %REQ(x-envoy-original-path?:path)% %PROTOCOL%',
  query: '%CEL(request.query)%',
  'bytes-received': '%BYTES_RECEIVED%',
  'head-and-bytes-received': '%CEL(request.total_size)%',
  'bytes-sent': '%BYTES_SENT%',
  'head-and-bytes-sent': '%CEL(response.total_size)%',
  connection: '%CONNECTION_ID%',
  'client-port': '%DOWNSTREAM_REMOTE_PORT%',
  'peer-address': '%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%',
  'local-address': '%DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT%',
  'proxy-name': '%HOSTNAME%',
  upstream: '%UPSTREAM_CLUSTER%',
  // By the names of upstreams and routes: see `Upstream` and `Route`. Where there is none CEL fails, and `-` is written.
  service: `%CEL(xds.cluster_name.split('/')[1])%`,
  'service-port': `%CEL(xds.cluster_name.split('/')[2].split('~')[0])%`,
  'route-namespace': `%CEL(xds.route_name.contains('/') ? xds.route_name.split('/')[0] : '-')%`,
  'route-object': `%CEL(xds.route_name.contains('/') ? xds.route_name.split('/')[1].split(' ')[0] : '-')%`,
  'upstream-bytes': '%UPSTREAM_WIRE_BYTES_RECEIVED%',
  'upstream-duration': seconds('response.backend_latency'),
  flags: '%RESPONSE_FLAGS%',
};

const isLogOnly = (variable: LogVariable): variable is { readonly name: Exclude<LogOnlyVariable, 'transport'> } =>
  Object.hasOwn(commands, variable.name);

/** For requests, or for connections by what carries them. */
export function renderAccessLog(log: AccessLog | undefined, of: 'requests' | 'TCP' | 'UDP'): Logger[] {
  if (log === undefined) return [];
  const log_format = renderFormat(log.format, of === 'UDP' ? 'UDP' : 'TCP');
  const filter = of === 'requests' ? renderFilter(log) : undefined;
  const typed_config =
    log.to === 'stdout'
      ? any('envoy.extensions.access_loggers.stream.v3.StdoutAccessLog', { log_format })
      : any('envoy.extensions.access_loggers.stream.v3.StderrAccessLog', { log_format });
  return [{ name: 'access', typed_config, ...(filter === undefined ? {} : { filter }) }];
}

function renderFormat(format: AccessLog['format'], transport: string): Format {
  if (format.type === 'json') return { json_format: renderFields(format.fields, transport), formatters };
  return { text_format_source: { inline_string: `${renderText(format.text, transport)}\n` }, formatters };
}

const formatters = [
  { name: 'cel', typed_config: any('envoy.extensions.formatter.cel.v3.Cel', { cel_config: { enable_string_functions: true } }) },
];

function renderFields(fields: LogFields, transport: string): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      if (value === null || typeof value !== 'object') return [name, typeof value === 'object' ? '' : String(value)];
      return [name, isTemplate(value) ? renderText(value, transport) : renderFields(value, transport)];
    }),
  );
}

function isTemplate(value: LogFields | LogTemplate): value is LogTemplate {
  return Array.isArray(value);
}

function renderText(template: LogTemplate, transport: string): string {
  return template
    .map((part) => {
      if (typeof part === 'string') return escapeText(part);
      if (part.name === 'transport') return transport;
      return isLogOnly(part) ? commands[part.name] : renderVariable(part as Exclude<typeof part, { name: LogOnlyVariable }>);
    })
    .join('');
}

function renderFilter({ except, defaultBackend }: AccessLog): Filter | undefined {
  const wanted = defaultBackend ? isLogged : `${isLogged} && xds.route_name != "default backend"`;
  const filters = [...except.map(notFor), expressionFilter(wanted)];
  const [only, ...others] = filters;
  return others.length === 0 ? only : { and_filter: { filters } };
}

/** What a client wrote is under another name where the path was rewritten. */
function notFor(uri: string): Filter {
  const is = (name: string): Filter => ({
    header_filter: { header: { name, string_match: { exact: uri }, invert_match: true, treat_missing_header_as_empty: true } },
  });
  const rewritten: Filter = { header_filter: { header: { name: originalPath, present_match: true } } };
  return { and_filter: { filters: [is(originalPath), { or_filter: { filters: [rewritten, is(':path')] } }] } };
}

const originalPath = 'x-envoy-original-path';

function expressionFilter(text: string): Filter {
  return { extension_filter: { name: 'envoy.access_loggers.extension_filters.cel', typed_config: expression(text) } };
}

function expression(text: string): AnyMessage {
  return any('envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter', { expression: text });
}
