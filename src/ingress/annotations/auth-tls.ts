import { RE2JS } from 're2js';
import type { ClientMode } from '../tls/client-certificates.ts';
import { defineFamily } from './family.ts';
import { differs, exact, field, optional } from './field.ts';
import { boolean, type Grammar, matching, oneOf, type Parsed, shown, wholeNumber } from './grammar.ts';
import { foreignSecret, keyOf, secretName } from './reference.ts';

/** What an Ingress asks of the certificates of clients, for the whole of its hosts. */
export type ClientCertificatesWish =
  /** It cannot be read: nobody may pass. */
  | { readonly readable: false }
  | {
      readonly readable: true;
      /** `namespace/name`, with `ca.crt`. */
      readonly secret: string;
      readonly mode: ClientMode;
      readonly depth: number;
      readonly errorPage?: string;
      readonly passes: boolean;
      /** RE2, of the subject. */
      readonly subject?: string;
    };

/** `CN=` and a regular expression, which is looked for in the subject. */
const subject: Grammar<string> = {
  type: '`CN=` and regular expression',
  parse(text): Parsed<string> {
    if (text.length > 1024 || /\p{Cc}/u.test(text) || !text.startsWith('CN=')) return wrongSubject(text);
    try {
      RE2JS.compile(text);
      return { ok: true, value: text };
    } catch {
      return wrongSubject(text);
    }
  },
};

function wrongSubject(text: string): Parsed<string> {
  return { ok: false, message: `"${shown(text)}" is not "CN=" with a regular expression of RE2 behind it` };
}

const wholeHost = 'It holds for whole hosts: the oldest Ingress decides.';

/** As ingress-nginx's internal/ingress/annotations/authtls reads them. */
export const authTls = defineFamily({
  title: 'Certificates of clients',
  summary: `Asks clients for a certificate over https and answers 400 to those without a good one. ${wholeHost}`,
  fields: {
    'auth-tls-secret': optional(secretName, {
      doc: 'The Secret with the certificates of those who sign, under `ca.crt`, in the namespace of the Ingress.',
      ...{ risk: 'Medium', scope: 'host', example: 'team/signers', whenWrong: 'deny' },
      support: differs('A revocation list, `ca.crl`, cannot be had: the host answers 403. TLS sessions are not resumed.'),
    }),
    'auth-tls-verify-client': field(oneOf('on', 'off', 'optional', 'optional_no_ca'), 'on', {
      doc: 'Whether a certificate must be there, and must be good if it is there.',
      ...{ needs: 'auth-tls-secret', risk: 'Medium', scope: 'host', example: 'optional', whenWrong: 'deny' },
      support: differs('`ssl-client-verify` says FAILED without the reason.'),
    }),
    'auth-tls-verify-depth': field(wholeNumber({ max: 100 }), 1, {
      doc: "How many certificates may stand between a client's and a trusted one.",
      ...{ needs: 'auth-tls-secret', risk: 'Low', scope: 'host', support: exact, example: '2', whenWrong: 'deny' },
    }),
    'auth-tls-error-page': optional(matching('URL', /(?:https?:\/\/[A-Za-z0-9.-]+(?::\d{1,5})?)?\/[A-Za-z0-9\-._~/?=&%+]*/), {
      doc: 'Where clients are sent with 302 instead of a 400.',
      ...{ needs: 'auth-tls-secret', risk: 'High', scope: 'host', example: 'https://example.com/no-certificate', whenWrong: 'deny' },
      support: differs('Names of locations (`@name`) belong to snippets, and close the host.'),
    }),
    'auth-tls-pass-certificate-to-upstream': field(boolean, false, {
      doc: 'Whether the backend gets the certificate, URL-encoded, as `ssl-client-cert`.',
      ...{ needs: 'auth-tls-secret', risk: 'Low', scope: 'host', support: exact, example: 'true', whenWrong: 'deny' },
    }),
    'auth-tls-match-cn': optional(subject, {
      doc: 'What the subject of the certificate must hold; others are answered 403.',
      ...{ needs: 'auth-tls-secret', risk: 'High', scope: 'host', example: 'CN=(ada|grace)\\.example\\.com', whenWrong: 'deny' },
      support: differs('Regular expressions of RE2. A redirect to https comes before.'),
    }),
  },
  check({ 'auth-tls-secret': secret }, of, said) {
    return secret === undefined ? undefined : foreignSecret('auth-tls-secret', secret, of, said);
  },
  apply(values, of): ClientCertificatesWish | undefined {
    const secret = values['auth-tls-secret'];
    if (secret === undefined) return undefined;
    const errorPage = values['auth-tls-error-page'];
    const pattern = values['auth-tls-match-cn'];
    return {
      readable: true,
      secret: keyOf(secret, of),
      mode: values['auth-tls-verify-client'],
      depth: values['auth-tls-verify-depth'],
      passes: values['auth-tls-pass-certificate-to-upstream'],
      ...(errorPage !== undefined && { errorPage }),
      ...(pattern !== undefined && { subject: pattern }),
    };
  },
  whenDenied: (): ClientCertificatesWish => ({ readable: false }),
});
