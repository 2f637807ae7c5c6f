import { isIP } from 'node:net';
import { printFieldPath } from '../../kube/field-path.ts';
import type { ConfigMap } from '../../kube/objects.ts';
import type { Tracing } from '../../model/edge.ts';
import { problem, type Problem } from '../../model/problem.ts';
import type { Template } from '../../model/template.ts';
import { type Grammar, shown } from '../annotations/grammar.ts';
import { parseTemplate } from '../nginx/variables.ts';
import { sourceOf } from '../source-of.ts';
import { type ConfigKey, defineConcern, draining, forAnnotations, notRead, read, readWith } from './concern.ts';
import type { ControllerConfig } from './index.ts';
import { choice, flag, freeText, type Setting, wholeNumber, written } from './setting.ts';

const noJaeger = { reason: 'ingress-nginx 1.15 itself does not read it any more.', fix: 'Remove the key.' };

const count = (fallback: number, doc: string): Setting<number> => wholeNumber({ fallback, min: 1, max: 999_999_999, doc });

const name = /^(?=.{1,253}$)[a-z0-9_](?:[-a-z0-9_]*[a-z0-9_])?(?:\.[a-z0-9_](?:[-a-z0-9_]*[a-z0-9_])?)*\.?$/i;

/** The empty text for none. */
const host: Grammar<string> = {
  type: 'host',
  parse(text) {
    if (text === '' || (isIP(text) !== 0 && !text.includes('%')) || name.test(text)) return { ok: true, value: text.toLowerCase() };
    return { ok: false, message: `"${shown(text)}" is not a host such as "collector.tracing.svc.cluster.local"` };
  },
};

/** From 0 to 1. */
const ratio: Grammar<number> = {
  type: 'ratio',
  parse(text) {
    const value = /^(?:\d{1,9}(?:\.\d{0,18})?|\.\d{1,18})$/.test(text) ? Number(text) : NaN;
    return value <= 1 ? { ok: true, value } : { ok: false, message: `"${shown(text)}" is not a number from 0 to 1, such as "0.01"` };
  },
};

const template: Grammar<Template> = { type: 'text with variables', parse: (text) => parseTemplate(text) };

export const tracing = defineConcern('Tracing', {
  'enable-opentelemetry': draining(
    readWith(
      'Spans are those of Envoy, with its names of attributes. An Ingress may say otherwise by the annotation.',
      flag(false, 'Trace requests with OpenTelemetry.'),
    ),
  ),
  'otlp-collector-host': forAnnotations(
    draining(read(written(host, '', 'Collector of traces, which is sent them by OTLP over gRPC, without TLS.'))),
  ),
  'otlp-collector-port': draining(read(wholeNumber({ fallback: 4317, min: 1, max: 65_535, doc: 'Its port.' }))),
  'otel-service-name': draining(read(freeText('nginx', 'Name of the service in traces.'))),
  'opentelemetry-operation-name': draining(
    readWith('Without it spans are called `ingress`.', written(template, '', 'Name of spans, with variables of nginx.')),
  ),
  'opentelemetry-trust-incoming-span': draining(
    readWith('If not, backends are not told of the caller either.', flag(true, 'Continue the trace of the caller.')),
  ),
  'otel-sampler': draining(read(choice(['AlwaysOn', 'AlwaysOff', 'TraceIdRatioBased'], 'AlwaysOn', 'Which requests are traced.'))),
  'otel-sampler-ratio': draining(
    readWith(
      'In steps of 0.000001. Once an Ingress says whether it is traced, the millisecond decides in which a request comes.',
      written(ratio, '0.01', 'Share of requests that `TraceIdRatioBased` traces, from 0 to 1.'),
    ),
  ),
  'otel-sampler-parent-based': draining(read(flag(true, 'Trace what the caller traces, and ask the sampler only where none does.'))),
  'otel-max-queuesize': draining(read(count(2048, 'Spans that wait for the collector; more are dropped.'))),
  'otel-schedule-delay-millis': atStart(count(5000, 'How often spans are sent.'), 'flush_interval_ms'),
  'otel-max-export-batch-size': atStart(count(512, 'Spans in one message.'), 'min_flush_spans'),
  'opentelemetry-config': notRead(freeText('/etc/ingress-controller/telemetry/opentelemetry.toml', 'File of nginx.', 'path'), {
    reason: 'Envoys get the settings from Naru, without a file.',
    fix: 'Remove the key.',
  }),
  ...jaegerKeys(),
});

/** Settings that an Envoy reads from its runtime alone. */
function atStart<T>(setting: Setting<T>, key: string): ConfigKey<T> {
  return notRead(setting, {
    reason: 'It belongs to the start of an Envoy.',
    fix: `Set tracing.opentelemetry.${key} in layered_runtime of the Envoys' bootstrap.`,
  });
}

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

export interface TracingReading {
  /** Absent: nothing can be traced. */
  readonly tracing?: Tracing;
  readonly problems: readonly Problem[];
}

/** `by`: the ConfigMap, where there is one. */
export function readTracing(keys: ControllerConfig['tracing'], by: ConfigMap | undefined): TracingReading {
  const all = keys['enable-opentelemetry'];
  const collector = { host: keys['otlp-collector-host'].replace(/\.$/, ''), port: keys['otlp-collector-port'] };
  if (collector.host === '') return { problems: by === undefined || !all ? [] : [withoutCollector(by)] };
  const operation = keys['opentelemetry-operation-name'];
  return {
    tracing: {
      all,
      collector,
      service: keys['otel-service-name'],
      ...(operation.length === 0 ? {} : { operation }),
      believesCaller: keys['opentelemetry-trust-incoming-span'],
      share: shareOf(keys),
      followsCaller: keys['otel-sampler-parent-based'],
      waiting: keys['otel-max-queuesize'],
    },
    problems: [],
  };
}

function shareOf(keys: ControllerConfig['tracing']): number {
  const sampler = keys['otel-sampler'];
  if (sampler === 'AlwaysOn') return 1;
  return sampler === 'AlwaysOff' ? 0 : keys['otel-sampler-ratio'];
}

function withoutCollector(by: ConfigMap): Problem {
  return problem('NR811', sourceOf(by, printFieldPath(['data', 'enable-opentelemetry'])), {
    message: 'enable-opentelemetry is on, and otlp-collector-host does not say where traces go.',
    done: 'Nothing is traced.',
    fix: 'Set otlp-collector-host to the collector, such as "collector.tracing.svc.cluster.local".',
  });
}
