import { defineFamily } from './family.ts';
import { exact, field } from './field.ts';
import { boolean } from './grammar.ts';

/** When plain http is sent away to https. */
export interface HttpsRedirectPolicy {
  readonly when: 'never' | 'host has TLS' | 'always';
  /** Keep a slash at the end of the URL. */
  readonly keepSlash: boolean;
  readonly namePort: boolean;
}

/** As redirect_to_https of ingress-nginx's rootfs/etc/nginx/lua/lua_ingress.lua decides. */
export const httpsRedirect = defineFamily({
  title: 'Redirect to https',
  summary: 'Whether plain http is answered with a redirect to https. Paths for certificate challenges never are.',
  fields: {
    'ssl-redirect': field(boolean, true, {
      doc: 'Redirects when the host has TLS.',
      ...{ risk: 'Low', scope: 'path', support: exact, example: 'false' },
    }),
    'force-ssl-redirect': field(boolean, false, {
      doc: 'Redirects whether the host has TLS or not, for TLS that ends before Envoy.',
      ...{ risk: 'Medium', scope: 'path', support: exact, example: 'true' },
    }),
    'preserve-trailing-slash': field(boolean, false, {
      doc: 'Keeps a slash at the end of the URL in the redirect.',
      ...{ risk: 'Medium', scope: 'path', support: exact, example: 'true' },
    }),
    'use-port-in-redirects': field(boolean, false, {
      doc: 'Names the port on which Envoys take https in the redirect.',
      ...{ risk: 'Low', scope: 'path', support: exact, example: 'true' },
    }),
  },
  apply: (values): HttpsRedirectPolicy => ({
    when: values['force-ssl-redirect'] ? 'always' : values['ssl-redirect'] ? 'host has TLS' : 'never',
    keepSlash: values['preserve-trailing-slash'],
    namePort: values['use-port-in-redirects'],
  }),
});
