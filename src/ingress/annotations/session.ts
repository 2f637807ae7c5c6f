import type { SessionCookie } from '../../model/stickiness.ts';
import { defineFamily } from './family.ts';
import { differs, exact, field, optional } from './field.ts';
import { boolean, matching, oneOf, seconds } from './grammar.ts';

/** A session by cookie; its path, where none is written, is that of the route. */
export interface SessionPolicy {
  readonly keepsTo: 'endpoint' | 'hash';
  readonly cookie: Omit<SessionCookie, 'path'> & Partial<Pick<SessionCookie, 'path'>>;
  /** A request that failed is tried on another pod. */
  readonly changesOnFailure: boolean;
}

const cookieName = matching('cookie name', /[A-Za-z0-9_.-]+/, { max: 128 });
const domain = matching('domain', /\.?[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*/, { max: 253 });
const path = matching('path', /\/[A-Za-z0-9\-._~/%:@!$&'()*+,=]*/, { max: 1024 });

/** As rootfs/etc/nginx/lua/balancer/sticky.lua of ingress-nginx. */
export const session = defineFamily({
  title: 'Sessions',
  summary: 'Clients come back to the pod that they were first sent to, by a cookie that they are given.',
  fields: {
    affinity: optional(oneOf('cookie'), {
      doc: 'Turns sessions on.',
      ...{ risk: 'Low', scope: 'service', example: 'cookie' },
      support: differs(
        'Cookies that ingress-nginx gave mean nothing to Envoy: clients that have one are sent to some pod once more. Only paths of this Ingress keep to the cookie, not every path of its Services.',
      ),
    }),
    'affinity-mode': field(oneOf('balanced', 'persistent'), 'balanced', {
      doc: 'balanced: some clients move when pods come, so that all get their share; persistent: none does.',
      ...{ needs: 'affinity', risk: 'Medium', scope: 'service', example: 'persistent' },
      support: differs('In persistent mode the cookie tells the address of the pod.'),
    }),
    'session-cookie-name': field(cookieName, 'INGRESSCOOKIE', {
      doc: 'Name of the cookie.',
      ...{ needs: 'affinity', risk: 'Medium', scope: 'service', support: exact, example: 'route' },
    }),
    'session-cookie-path': optional(path, {
      doc: 'Path of the cookie; without it, that of the Ingress.',
      ...{ needs: 'affinity', risk: 'Medium', scope: 'service', example: '/' },
      support: differs(
        'Without it, it is / where paths are regular expressions. In persistent mode requests to other paths do not keep to the cookie.',
      ),
    }),
    'session-cookie-domain': optional(domain, {
      doc: 'Domain of the cookie; without it, the host alone.',
      ...{ needs: 'affinity', risk: 'Medium', scope: 'service', support: exact, example: 'example.com' },
    }),
    'session-cookie-secure': optional(boolean, {
      doc: 'Gives the cookie as Secure over plain http, too; over https it always is.',
      ...{ needs: 'affinity', risk: 'Low', scope: 'service', support: exact, example: 'true' },
    }),
    'session-cookie-samesite': optional(oneOf('None', 'Lax', 'Strict'), {
      doc: 'SameSite of the cookie.',
      ...{ needs: 'affinity', risk: 'Low', scope: 'service', support: exact, example: 'Lax' },
    }),
    'session-cookie-conditional-samesite-none': field(boolean, false, {
      doc: 'Leaves SameSite=None out for browsers that do not understand it.',
      ...{ needs: 'affinity', risk: 'Low', scope: 'service', support: exact, example: 'true' },
    }),
    'session-cookie-max-age': optional(seconds(), {
      doc: 'Seconds that the cookie lives; without it, until the browser is closed.',
      ...{ needs: 'affinity', risk: 'Medium', scope: 'service', support: exact, example: '172800' },
    }),
    'session-cookie-expires': optional(seconds(), {
      doc: 'The same, for browsers that know Expires alone.',
      ...{ needs: 'affinity', risk: 'Medium', scope: 'service', example: '172800' },
      support: differs('The cookie has Max-Age for it; session-cookie-max-age comes before it.'),
    }),
    'session-cookie-change-on-failure': field(boolean, false, {
      doc: 'Sends a request that failed to another pod, and the client with it; otherwise it is tried on the same pod again.',
      ...{ needs: 'affinity', risk: 'Low', scope: 'service', example: 'true' },
      support: differs(
        'In balanced mode the next request of the client begins at the failing pod again, until that is not ready any more. In persistent mode and without it, a request that failed is not tried again.',
      ),
    }),
  },
  apply(values): SessionPolicy | undefined {
    if (values.affinity === undefined) return undefined;
    const lifetime = values['session-cookie-max-age'] ?? values['session-cookie-expires'] ?? 0;
    const { 'session-cookie-path': own, 'session-cookie-domain': ofDomain, 'session-cookie-samesite': sameSite } = values;
    return {
      keepsTo: values['affinity-mode'] === 'persistent' ? 'endpoint' : 'hash',
      cookie: {
        name: values['session-cookie-name'],
        ...(own === undefined ? {} : { path: own }),
        ...(lifetime === 0 ? {} : { lifetime }),
        ...(ofDomain === undefined ? {} : { domain: ofDomain }),
        ...(sameSite === undefined ? {} : { sameSite }),
        ...(values['session-cookie-conditional-samesite-none'] ? { sparesOldBrowsers: true } : {}),
        secure: values['session-cookie-secure'] === true ? 'always' : 'over https',
      },
      changesOnFailure: values['session-cookie-change-on-failure'],
    };
  },
});
