import { defineFamily } from './family.ts';
import { optional, type Field, reported, type Risk, type Scope } from './field.ts';
import { listOf, matching } from './grammar.ts';

const text = matching('text', /[^]*/, { max: 65_536 });

const notYet = reported('Naru does not act on it yet.');

/** Annotations that are known by name and wait for their family. */
function waiting(risk: Risk, scope: Scope, names: readonly string[]): Record<string, Field<unknown>> {
  const about = {
    doc: 'Known by name only.',
    ...{ risk, scope, support: notYet, example: 'value' },
  };
  return Object.fromEntries(names.map((name) => [name, optional(text, about)]));
}

/** Those which protect: their paths answer 503, because without the protection they would be open. */
function protection(scope: Scope): Field<string | undefined> {
  const grammar = { ...text, parse: () => ({ ok: false, message: 'Naru does not have this protection yet' }) as const };
  return optional(grammar, {
    doc: 'A protection that is known by name only.',
    ...{ risk: 'Medium', scope, support: reported('Remove the annotation if these paths may be open to everybody.'), example: 'value' },
    ...{ whenWrong: 'deny' },
  });
}

export const waitingFamily = defineFamily({
  title: 'Not yet read',
  summary: 'Known by name: an object that carries one of these is told so.',
  fields: {
    'auth-url': protection('path'),
    'auth-tls-secret': protection('host'),
    'limit-allowlist': optional(listOf(text), {
      doc: 'Known by name only.',
      ...{ risk: 'Low', scope: 'path', support: notYet, example: '10.0.0.0/8', aliases: ['limit-whitelist'] },
    }),
    ...waiting('Critical', 'host', ['server-snippet', 'stream-snippet']),
    ...waiting('Critical', 'path', ['auth-snippet', 'configuration-snippet']),
    ...waiting('High', 'host', ['auth-tls-error-page', 'auth-tls-match-cn']),
    ...waiting('High', 'path', ['auth-signin']),
    ...waiting('Low', 'host', [
      'auth-tls-pass-certificate-to-upstream',
      'auth-tls-verify-depth',
      'ssl-ciphers',
      'ssl-prefer-server-ciphers',
    ]),
    ...waiting('Low', 'path', [
      'auth-always-set-cookie',
      'auth-keepalive',
      'auth-keepalive-requests',
      'auth-keepalive-timeout',
      'auth-method',
      'cors-allow-credentials',
      'cors-max-age',
      'enable-access-log',
      'enable-cors',
      'enable-global-auth',
      'enable-opentelemetry',
      'limit-burst-multiplier',
      'limit-connections',
      'limit-rate',
      'limit-rate-after',
      'limit-rpm',
      'limit-rps',
      'opentelemetry-trust-incoming-span',
      'proxy-request-buffering',
    ]),
    ...waiting('Medium', 'host', ['auth-tls-verify-client']),
    ...waiting('Medium', 'path', [
      'auth-cache-duration',
      'auth-cache-key',
      'auth-proxy-set-headers',
      'auth-request-redirect',
      'auth-response-headers',
      'auth-signin-redirect-param',
      'cors-allow-headers',
      'cors-allow-methods',
      'cors-allow-origin',
      'cors-expose-headers',
      'custom-headers',
      'opentelemetry-operation-name',
      'proxy-body-size',
      'proxy-cookie-domain',
      'proxy-cookie-path',
      'proxy-redirect-from',
      'proxy-redirect-to',
    ]),
  },
  apply: () => undefined,
});
