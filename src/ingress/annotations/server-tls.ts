import { cipherSuites } from '../config/tls-names.ts';
import { defineFamily } from './family.ts';
import { differs, optional } from './field.ts';
import { boolean } from './grammar.ts';

/** How TLS is to be spoken for the hosts of an Ingress; what is absent is left to other Ingresses of the host. */
export interface ServerTlsPolicy {
  readonly ciphers?: readonly string[];
  readonly prefersClients?: boolean;
}

const named = 'Rules without a host keep what the ConfigMap says.';

/** As internal/ingress/annotations/sslcipher of ingress-nginx. https://nginx.org/en/docs/http/ngx_http_ssl_module.html#ssl_ciphers */
export const serverTls = defineFamily({
  title: 'TLS of a host',
  summary: 'How TLS is spoken with clients, for whole hosts: of each annotation the oldest Ingress that has it decides.',
  fields: {
    'ssl-ciphers': optional(cipherSuites, {
      doc: 'Cipher suites up to TLS 1.2, the preferred first, in place of those of the ConfigMap.',
      ...{ risk: 'Low', scope: 'host', example: 'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-RSA-AES256-GCM-SHA384' },
      support: differs(`Suites that Envoy does not have are left out; groups such as HIGH are not known. ${named}`),
    }),
    'ssl-prefer-server-ciphers': optional(boolean, {
      doc: 'Whether the order of the host goes before that of clients, as it does by default.',
      ...{ risk: 'Low', scope: 'host', example: 'false', support: differs(named) },
    }),
  },
  apply(values): ServerTlsPolicy {
    const { 'ssl-ciphers': ciphers, 'ssl-prefer-server-ciphers': prefersOwn } = values;
    return { ...(ciphers && { ciphers }), ...(prefersOwn !== undefined && { prefersClients: !prefersOwn }) };
  },
});
