import { once } from 'node:events';
import { createServer, type Http2Server, type ServerHttp2Stream } from 'node:http2';
import { buffer } from 'node:stream/consumers';
import protobuf from 'protobufjs';
import { portOf } from './listen.ts';

export interface Span {
  /** Hexadecimal; `parent` is empty where there is none. */
  readonly trace: string;
  readonly parent: string;
  readonly name: string;
  readonly service: string;
  /** Of the request. */
  readonly url: string;
}

/** Takes traces as a collector of OpenTelemetry does. https://opentelemetry.io/docs/specs/otlp/#otlpgrpc */
export class TraceCollector {
  readonly spans: Span[] = [];
  readonly port: number;
  readonly #server: Http2Server;

  private constructor(server: Http2Server) {
    this.#server = server;
    this.port = portOf(server);
    server.on('stream', (stream: ServerHttp2Stream) => void this.#take(stream));
  }

  static async start(): Promise<TraceCollector> {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    return new TraceCollector(server);
  }

  stop(): void {
    this.#server.close();
  }

  async #take(stream: ServerHttp2Stream): Promise<void> {
    // Five bytes stand before the message.
    this.spans.push(...spansIn((await buffer(stream)).subarray(5)));
    stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
    stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
    stream.end(Buffer.alloc(5));
  }
}

/** What is looked at of https://github.com/open-telemetry/opentelemetry-proto */
const messages = protobuf
  .parse(`
  syntax = "proto3";
  message Request { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message ScopeSpans { repeated Span spans = 2; }
  message Span { bytes trace_id = 1; bytes parent_span_id = 4; string name = 5; repeated KeyValue attributes = 9; }
  message KeyValue { string key = 1; Value value = 2; }
  message Value { string string_value = 1; }
`)
  .root.lookupType('Request');

interface Attribute {
  readonly key: string;
  readonly value?: { readonly stringValue?: string };
}

interface Request {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly {
      readonly spans: readonly {
        readonly traceId: Buffer;
        readonly parentSpanId: Buffer;
        readonly name: string;
        readonly attributes: readonly Attribute[];
      }[];
    }[];
  }[];
}

function spansIn(bytes: Buffer): readonly Span[] {
  const { resourceSpans } = messages.decode(bytes) as unknown as Request;
  return resourceSpans.flatMap(({ resource, scopeSpans }) =>
    scopeSpans.flatMap(({ spans }) =>
      spans.map(({ traceId, parentSpanId, name, attributes }) => ({
        trace: Buffer.from(traceId).toString('hex'),
        parent: Buffer.from(parentSpanId).toString('hex'),
        ...{ name, service: valueOf(resource.attributes, 'service.name'), url: valueOf(attributes, 'http.url') },
      })),
    ),
  );
}

function valueOf(attributes: readonly Attribute[], wanted: string): string {
  return attributes.find(({ key }) => key === wanted)?.value?.stringValue ?? '';
}
