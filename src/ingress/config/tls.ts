import { type Grammar, shown } from '../annotations/grammar.ts';
import { flag, freeText, wholeNumber, written } from './setting.ts';
import { list, reference } from './list.ts';
import { cipherSuites, curves, ticketKey } from './tls-names.ts';
import { duration, size } from './quantity.ts';
import { defineConcern, draining, notRead, read, readWith } from './concern.ts';

const versions = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const;

const version: Grammar<(typeof versions)[number]> = {
  type: 'TLS version',
  parse(text) {
    const value = versions.find((one) => one === text);
    return value === undefined ? { ok: false, message: `"${shown(text)}" is none of ${versions.join(', ')}` } : { ok: true, value };
  },
};

const protocols = list(version, 'TLSv1.2 TLSv1.3', 'Versions of TLS that clients may use.', /[\s,]+/);

/** https://github.com/kubernetes/ingress-nginx internal/ingress/controller/config/config.go, sslCiphers */
const ciphers =
  'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:DHE-RSA-AES128-GCM-SHA256:DHE-RSA-AES256-GCM-SHA384';

export const tls = defineConcern('TLS', {
  'ssl-protocols': draining(readWith('The versions between the lowest and the highest are allowed.', protocols)),
  'ssl-ciphers': draining(
    readWith(
      'Suites that Envoy does not have (DHE, CBC with SHA-256) are left out.',
      written(cipherSuites, ciphers, 'Suites of TLS 1.2, in OpenSSL’s names, the preferred first.'),
    ),
  ),
  'ssl-ecdh-curve': draining(read(written(curves, 'auto', 'Curves of the key exchange.'))),
  'ssl-session-cache': draining(
    readWith('Off means that TLS 1.2 sessions are not resumed by identifier.', flag(true, 'Resume sessions that the server remembers.')),
  ),
  'ssl-session-tickets': draining(
    readWith(
      'Envoy resumes sessions of TLS 1.3 by tickets alone, so that it gives them as long as ssl-session-cache is on.',
      flag(false, 'Resume sessions by tickets that the client keeps.'),
    ),
  ),
  'ssl-session-timeout': draining(read(duration('10m', 'How long a session can be resumed.'))),
  'ssl-session-ticket-key': readWith(
    'Only keys of 80 bytes.',
    written(ticketKey, '', 'Key of the session tickets, in base64, so that each Envoy takes the tickets of all.'),
  ),
  'ssl-reject-handshake': draining(read(flag(false, 'Refuse TLS for names that nobody serves, and for clients that give none.'))),
  'ssl-dh-param': notRead(reference('Secret with Diffie-Hellman parameters.'), {
    reason: 'Envoy has no cipher suites with DHE.',
    fix: 'Remove the key.',
  }),
  'ssl-early-data': notRead(flag(false, 'Take data before the handshake is done (0-RTT).'), {
    reason: 'Envoy does not take early data over TCP.',
    fix: 'Remove the key.',
  }),
  'ssl-session-cache-size': notRead(size('10m', 'Size of the cache of sessions.'), {
    reason: 'Envoy sizes its cache itself.',
    fix: 'Remove the key.',
  }),
  'ssl-buffer-size': notRead(size('4k', 'Size of the pieces in which TLS is written.'), {
    reason: 'Envoy sizes them itself.',
    fix: 'Remove the key.',
  }),
  'enable-ocsp': readWith(
    'The response is the one that stands in the TLS Secret as `tls.ocsp-staple`, in DER; Naru asks no addresses that a certificate names.',
    flag(false, 'Staple OCSP responses to certificates.'),
  ),
});

export const http2 = defineConcern('HTTP/2', {
  'use-http2': draining(read(flag(true, 'Offer HTTP/2 to clients over TLS.'))),
  'http2-max-concurrent-streams': draining(
    read(wholeNumber({ fallback: 128, min: 1, max: 999_999_999, doc: 'Concurrent requests on a connection.' })),
  ),
  'http2-max-requests': notRead(wholeNumber({ fallback: 0, min: 0, max: 999_999_999, doc: 'Requests on a connection.' }), {
    reason: 'ingress-nginx has replaced it by keep-alive-requests.',
    fix: 'Set keep-alive-requests.',
  }),
  'http2-max-field-size': notRead(freeText('', 'Size of a header.', 'size'), {
    reason: 'ingress-nginx has replaced it by large-client-header-buffers.',
    fix: 'Set large-client-header-buffers.',
  }),
  'http2-max-header-size': notRead(freeText('', 'Size of all headers.', 'size'), {
    reason: 'ingress-nginx has replaced it by large-client-header-buffers.',
    fix: 'Set large-client-header-buffers.',
  }),
});
