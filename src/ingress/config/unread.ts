import { choice, flag, freeText, wholeNumber } from './setting.ts';
import { type ConfigKey, defineConcern, missingProtection, notRead } from './concern.ts';

const process = { reason: "It sizes nginx's own processes.", fix: 'Remove the key; Envoy is sized by --concurrency and by its pod.' };
const snippet = {
  reason: 'It is configuration of nginx, which Naru does not run.',
  fix: 'Use the keys and annotations that say the same.',
};
const noTracing = { reason: 'Naru does not set up tracing yet.', fix: 'Remove the key, or keep it for later.' };
const noJaeger = { reason: 'ingress-nginx 1.15 itself does not read it any more.', fix: 'Remove the key.' };
const noGeo = { reason: 'Naru has no database of places.', fix: 'Look addresses up in the backend, or keep what needs it where it is.' };
const noFirewall = { reason: 'Envoy has no ModSecurity.', fix: 'Keep hosts that need it behind a web application firewall.' };

const text = (doc: string, fallback = ''): ConfigKey<string> => notRead(freeText(fallback, doc), process);
const count = (fallback: number, doc: string) => wholeNumber({ fallback, min: 0, max: 999_999_999, doc });

export const processes = defineConcern('Processes of nginx', {
  'worker-processes': text('Number of workers.', 'auto'),
  'worker-cpu-affinity': text('Binding of workers to processors.'),
  'worker-shutdown-timeout': notRead(freeText('240s', 'How long old workers may take to end.'), {
    reason: 'There are no workers that end; how long Envoy drains is said when it starts.',
    fix: 'Start Envoy with --drain-time-s.',
  }),
  'enable-serial-reloads': text('One reload at a time.', 'false'),
  'max-worker-connections': text('Connections of a worker.', '16384'),
  'max-worker-open-files': text('Open files of a worker.', '0'),
  'enable-multi-accept': text('Accept several connections at once.', 'true'),
  'enable-aio-write': text('Write files in the background.', 'true'),
  'map-hash-bucket-size': text('Size of a table.', '64'),
  'server-name-hash-max-size': text('Size of a table.', '1024'),
  'server-name-hash-bucket-size': text('Size of a table.', 'auto'),
  'proxy-headers-hash-max-size': text('Size of a table.', '512'),
  'proxy-headers-hash-bucket-size': text('Size of a table.', '64'),
  'variables-hash-bucket-size': text('Size of a table.', '256'),
  'variables-hash-max-size': text('Size of a table.', '2048'),
  'lua-shared-dicts': text('Sizes of tables of Lua.'),
  'debug-connections': text('Clients whose connections are logged in detail.'),
});

export const snippets = defineConcern('Snippets', {
  'main-snippet': notRead(freeText('', 'Configuration of nginx for the whole.'), snippet),
  'http-snippet': notRead(freeText('', 'Configuration of nginx for HTTP.'), snippet),
  'server-snippet': notRead(freeText('', 'Configuration of nginx for each host.'), snippet),
  'location-snippet': notRead(freeText('', 'Configuration of nginx for each path.'), snippet),
  'stream-snippet': notRead(freeText('', 'Configuration of nginx for TCP and UDP services.'), snippet),
});

export const firewall = defineConcern('Web application firewall', {
  'enable-modsecurity': missingProtection(flag(false, 'Switch ModSecurity on.'), noFirewall),
  'enable-owasp-modsecurity-crs': missingProtection(flag(false, 'Switch the Core Rule Set on.'), noFirewall),
  'modsecurity-snippet': missingProtection(freeText('', 'Rules of ModSecurity.'), noFirewall),
});

export const places = defineConcern('Places', {
  'use-geoip2': notRead(flag(false, 'Look up where clients are.'), noGeo),
  'geoip2-autoreload-in-minutes': notRead(count(0, 'How often the database is read again.'), noGeo),
  'use-geoip': notRead(flag(false, 'Look up where clients are, in the older format.'), noGeo),
});

export const tracing = defineConcern('Tracing', {
  'enable-opentelemetry': notRead(flag(false, 'Trace requests with OpenTelemetry.'), noTracing),
  'opentelemetry-trust-incoming-span': notRead(flag(true, 'Continue the trace of the caller.'), noTracing),
  'opentelemetry-operation-name': notRead(freeText('', 'Name of spans.'), noTracing),
  'opentelemetry-config': notRead(freeText('/etc/ingress-controller/telemetry/opentelemetry.toml', 'File of nginx.', 'path'), noTracing),
  'otlp-collector-host': notRead(freeText('', 'Collector of traces.', 'host'), noTracing),
  'otlp-collector-port': notRead(count(4317, 'Its port.'), noTracing),
  'otel-service-name': notRead(freeText('nginx', 'Name of the service in traces.'), noTracing),
  'otel-sampler': notRead(choice(['AlwaysOn', 'AlwaysOff', 'TraceIdRatioBased'], 'AlwaysOn', 'Which requests are traced.'), noTracing),
  'otel-sampler-ratio': notRead(freeText('0.01', 'Share of requests that are traced.', 'number'), noTracing),
  'otel-sampler-parent-based': notRead(flag(true, 'Follow the decision of the caller.'), noTracing),
  'otel-max-queuesize': notRead(count(2048, 'Spans that wait.'), noTracing),
  'otel-schedule-delay-millis': notRead(count(5000, 'How often spans are sent.'), noTracing),
  'otel-max-export-batch-size': notRead(count(512, 'Spans in one message.'), noTracing),
  ...jaegerKeys(),
});

/** Keys of OpenTracing that are still in ingress-nginx's documentation. */
function jaegerKeys() {
  const key = () => notRead(freeText('', 'A setting of OpenTracing.'), noJaeger);
  return {
    'jaeger-baggage-header': key(),
    'jaeger-collector-host': key(),
    'jaeger-collector-port': key(),
    'jaeger-debug-header': key(),
    'jaeger-endpoint': key(),
    'jaeger-propagation-format': key(),
    'jaeger-sampler-host': key(),
    'jaeger-sampler-param': key(),
    'jaeger-sampler-port': key(),
    'jaeger-sampler-type': key(),
    'jaeger-service-name': key(),
    'jaeger-trace-baggage-header-prefix': key(),
    'jaeger-trace-context-header-name': key(),
  };
}
