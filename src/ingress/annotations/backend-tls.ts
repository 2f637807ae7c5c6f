import type { FromRequest, TlsVersion, UpstreamTls } from '../../model/upstream-tls.ts';
import type { Source } from '../../model/source.ts';
import { cipherSuites } from '../config/tls-names.ts';
import type { Misfit } from './family.ts';
import { differs, exact, field, optional } from './field.ts';
import { type Grammar, matching, oneOf, someOf, wholeNumber } from './grammar.ts';
import { foreignSecret, keyOf, secretName } from './reference.ts';

const versions: Readonly<Record<string, TlsVersion>> = {
  tlsv1: 'TLSv1_0',
  'tlsv1.1': 'TLSv1_1',
  'tlsv1.2': 'TLSv1_2',
  'tlsv1.3': 'TLSv1_3',
};

const dnsName = matching('host name', /[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*\.?/, { max: 253 });

const name: Grammar<string | FromRequest> = {
  type: 'host name, or `$host`',
  parse(text) {
    return /^\$(?:host|http_host|best_http_host)$/.test(text) ? { ok: true, value: { from: 'authority' } } : dnsName.parse(text);
  },
};

const ownPaths = 'It holds for the paths of its own Ingress; in ingress-nginx those of the oldest Ingress hold for the whole host.';

/** As ingress-nginx's internal/ingress/annotations/proxyssl reads them: without a Secret none of them counts. */
export const backendTlsFields = {
  'proxy-ssl-secret': optional(secretName, {
    doc: 'A Secret with the certificate that is shown to pods (tls.crt, tls.key), those that may have issued theirs (ca.crt), or both. Without it the others have no effect.',
    ...{
      risk: 'Medium',
      scope: 'path',
      example: 'pods',
      whenWrong: 'deny',
      support: differs(`${ownPaths} A list of revoked certificates is not read.`),
    },
  }),
  'proxy-ssl-verify': field(oneOf('off', 'on'), 'off', {
    doc: 'Whether the certificate of pods is checked.',
    ...{ needs: 'proxy-ssl-secret', risk: 'Low', scope: 'path', example: 'on', whenWrong: 'deny' },
    support: differs('It needs proxy-ssl-name; without it ingress-nginx answers 502, and Naru 503.'),
  }),
  'proxy-ssl-verify-depth': field(wholeNumber({ max: 100 }), 1, {
    doc: 'How many certificates may stand between that of a pod and one of ca.crt.',
    ...{ needs: 'proxy-ssl-secret', risk: 'Low', scope: 'path', example: '2', whenWrong: 'deny', support: exact },
  }),
  'proxy-ssl-name': optional(name, {
    doc: 'What the certificate of pods must be for, and the name that they are asked for.',
    ...{ needs: 'proxy-ssl-secret', risk: 'High', scope: 'path', example: 'pods.example.com', whenWrong: 'deny' },
    support: differs('It is a name or `$host`, without other variables.'),
  }),
  'proxy-ssl-server-name': field(oneOf('off', 'on'), 'off', {
    doc: 'Whether pods are told the name that is asked for (SNI).',
    ...{
      needs: 'proxy-ssl-secret',
      risk: 'Low',
      scope: 'path',
      example: 'on',
      support: differs('Without proxy-ssl-name they are told none.'),
    },
  }),
  'proxy-ssl-protocols': field(someOf('TLS versions', Object.keys(versions)), 'tlsv1.2', {
    doc: 'Versions of TLS: `TLSv1`, `TLSv1.1`, `TLSv1.2`, `TLSv1.3`.',
    ...{ needs: 'proxy-ssl-secret', risk: 'Low', scope: 'path', example: 'TLSv1.2 TLSv1.3' },
    support: differs('Versions between the lowest and the highest are spoken, too.'),
  }),
  'proxy-ssl-ciphers': optional(cipherSuites, {
    doc: "Cipher suites for TLS up to 1.2, in OpenSSL's names with colons between.",
    ...{ needs: 'proxy-ssl-secret', risk: 'Medium', scope: 'path', example: 'ECDHE-RSA-AES256-GCM-SHA384' },
    support: differs('Suites that Envoy does not have are left out; groups such as HIGH are not known.'),
  }),
} as const;

type ValueOf<F> = F extends { readonly fallback: infer T; readonly grammar: Grammar<infer G> } ? T | G : never;
export type BackendTlsValues = { readonly [K in keyof typeof backendTlsFields]: ValueOf<(typeof backendTlsFields)[K]> };

/** What TLS with pods is besides that it is; the keys are that of the Secret. */
export function backendTls(values: BackendTlsValues, of: Source): UpstreamTls {
  const secret = values['proxy-ssl-secret'];
  if (secret === undefined) return {};
  const key = keyOf(secret, of);
  const { 'proxy-ssl-name': wanted, 'proxy-ssl-ciphers': ciphers, 'proxy-ssl-verify-depth': depth } = values;
  const spoken = values['proxy-ssl-protocols'].split(' ').flatMap((word) => versions[word] ?? []);
  const sorted = [...spoken].sort();
  const [from = 'TLSv1_2', to = from] = [sorted[0], sorted.at(-1)];
  return {
    certificate: key,
    ...(values['proxy-ssl-verify'] === 'on' && wanted !== undefined ? { verify: { authorities: key, name: wanted, depth } } : {}),
    ...(values['proxy-ssl-server-name'] === 'on' && wanted !== undefined ? { serverName: wanted } : {}),
    versions: { from, to },
    ...(ciphers === undefined ? {} : { ciphers }),
  };
}

/** What of it cannot be together. */
export function backendTlsMisfit(values: BackendTlsValues, of: Source, said: Readonly<Record<string, unknown>>): Misfit | undefined {
  const secret = values['proxy-ssl-secret'];
  if (secret === undefined) return undefined;
  const foreign = foreignSecret('proxy-ssl-secret', secret, of, said);
  if (foreign !== undefined) return foreign;
  if (values['proxy-ssl-verify'] === 'off' || values['proxy-ssl-name'] !== undefined) return undefined;
  const message = 'proxy-ssl-verify: there is no annotation proxy-ssl-name beside it that says what the certificate must be for.';
  return { name: 'proxy-ssl-verify', message, fix: 'Name a host by proxy-ssl-name.' };
}
