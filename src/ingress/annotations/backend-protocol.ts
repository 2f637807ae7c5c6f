import type { UpstreamPolicy } from '../../model/upstream-policy.ts';
import type { AskedPolicy } from './asked-policy.ts';
import { backendTls, backendTlsFields, backendTlsMisfit } from './backend-tls.ts';
import { defineFamily } from './family.ts';
import { differs, field } from './field.ts';
import { type Grammar, oneOf } from './grammar.ts';

type Protocol = 'HTTP' | 'HTTPS' | 'AUTO_HTTP' | 'GRPC' | 'GRPCS';

const known = oneOf('HTTP', 'HTTPS', 'AUTO_HTTP', 'GRPC', 'GRPCS');

const protocol: Grammar<Protocol> = {
  type: known.type,
  parse(text) {
    if (text.toUpperCase() !== 'FCGI') return known.parse(text);
    return { ok: false, message: 'Envoy does not speak FastCGI; put a web server that does in front of the program, in its pod' };
  },
};

const version = oneOf('1.0', '1.1');

const httpVersion: Grammar<'1.0' | '1.1'> = {
  type: version.type,
  parse(text) {
    return text === '1.0' ? { ok: false, message: 'Envoy sends HTTP/1.1 to pods, never 1.0' } : version.parse(text);
  },
};

export const backendProtocol = defineFamily({
  title: 'Protocol of pods',
  summary: 'How pods are spoken to. Without proxy-ssl-secret whatever certificate they show is taken.',
  fields: {
    'backend-protocol': field(protocol, 'HTTP', {
      doc: 'HTTP, HTTPS, GRPC, GRPCS (over TLS), or AUTO_HTTP: the one that the client uses.',
      ...{ risk: 'Low', scope: 'path', example: 'GRPC' },
      support: differs('Where no pod answers, a client of gRPC gets the status of gRPC for it instead of 502 or 503. FCGI is not spoken.'),
    }),
    'proxy-http-version': field(httpVersion, '1.1', {
      doc: 'Version of HTTP towards pods.',
      ...{ inert: true, risk: 'Low', scope: 'path', example: '1.1', support: differs('It is always 1.1, or 2 for gRPC.') },
    }),
    'connection-proxy-header': field(oneOf('keep-alive', 'close'), 'keep-alive', {
      doc: 'close: a connection to a pod carries one request.',
      ...{ risk: 'Low', scope: 'path', example: 'close', support: differs('WebSockets work with either.') },
    }),
    ...backendTlsFields,
  },
  check: backendTlsMisfit,
  apply(values, of): AskedPolicy {
    const wanted = values['backend-protocol'];
    const close: UpstreamPolicy = values['connection-proxy-header'] === 'close' ? { connectionPerRequest: true } : {};
    const plain: UpstreamPolicy = { ...(wanted.startsWith('GRPC') ? { protocol: 'http2' } : {}), ...close };
    const overTls: UpstreamPolicy = { ...plain, tls: backendTls(values, of) };
    if (wanted === 'AUTO_HTTP') return { upstream: plain, upstreamOverHttps: overTls };
    return { upstream: wanted.endsWith('S') ? overTls : plain };
  },
});
