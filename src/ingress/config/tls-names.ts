import { hash } from 'node:crypto';
import type { EdgeTls } from '../../model/edge.ts';
import { Redacted } from '../../model/certificate.ts';
import { type Grammar, shown } from '../annotations/grammar.ts';

/** https://www.envoyproxy.io/docs/envoy/v1.40.0/api-v3/extensions/transport_sockets/tls/v3/common.proto */
const suites = new Set([
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-RSA-CHACHA20-POLY1305',
  'ECDHE-ECDSA-AES128-SHA',
  'ECDHE-RSA-AES128-SHA',
  'ECDHE-ECDSA-AES256-SHA',
  'ECDHE-RSA-AES256-SHA',
  'AES128-GCM-SHA256',
  'AES256-GCM-SHA384',
  'AES128-SHA',
  'AES256-SHA',
]);

/** Suites in OpenSSL's names with colons between; those that Envoy does not have are left out, and one has to be left. */
export const cipherSuites: Grammar<readonly string[]> = {
  type: 'list of cipher suites',
  parse(text) {
    const known = text.split(/[:\s,]+/).filter((name) => suites.has(name));
    if (known.length === 0) return { ok: false, message: `"${shown(text)}" names no cipher suite that Envoy has` };
    return { ok: true, value: [...new Set(known)] };
  },
};

/** By OpenSSL's name. */
const curveNames: Readonly<Record<string, string>> = {
  x25519: 'X25519',
  prime256v1: 'P-256',
  'p-256': 'P-256',
  secp384r1: 'P-384',
  'p-384': 'P-384',
  secp521r1: 'P-521',
  'p-521': 'P-521',
};

/** `auto`, which is the empty list, or curves with colons between. */
export const curves: Grammar<readonly string[]> = {
  type: 'list of curves',
  parse(text) {
    if (text === 'auto') return { ok: true, value: [] };
    const values: string[] = [];
    for (const name of text.split(':')) {
      const curve = curveNames[name.trim().toLowerCase()];
      if (curve === undefined) return { ok: false, message: `"${shown(name)}" is no curve that Envoy has` };
      values.push(curve);
    }
    return { ok: true, value: values };
  },
};

/** nginx also takes 48 bytes, for AES-128, which Envoy does not have. */
const ticketKeyBytes = 80;

/** The empty text is none. */
export const ticketKey: Grammar<EdgeTls['ticketKey']> = {
  type: 'key of 80 bytes in base64',
  parse(text) {
    if (text === '') return { ok: true, value: undefined };
    const key = Buffer.from(text, 'base64');
    const isBase64 = /^[A-Za-z0-9+/\s]+={0,2}\s*$/.test(text);
    if (!isBase64 || key.length !== ticketKeyBytes) return { ok: false, message: `the value is not ${ticketKeyBytes} bytes in base64` };
    return { ok: true, value: { key: new Redacted(key), fingerprint: hash('sha256', key, 'hex') } };
  },
};
