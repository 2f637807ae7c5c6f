import { type Grammar, shown } from '../annotations/grammar.ts';
import { defaultOf, defineConcern, draining, read } from './concern.ts';
import { words } from './list.ts';
import { flag, wholeNumber, written } from './setting.ts';

const codes = [301, 302, 307, 308] as const;

/** ingress-nginx takes these codes alone: validRedirectCodes in internal/ingress/controller/template/configmap.go */
const redirectCode: Grammar<(typeof codes)[number]> = {
  type: codes.join(', '),
  parse(text) {
    const value = codes.find((code) => String(code) === text);
    return value === undefined ? { ok: false, message: `"${shown(text)}" is none of ${codes.join(', ')}` } : { ok: true, value };
  },
};

export const redirects = defineConcern('Redirects and HSTS', {
  'ssl-redirect': defaultOf('ssl-redirect', flag(true, 'Redirect requests for a host that has TLS to https.')),
  'force-ssl-redirect': defaultOf('force-ssl-redirect', flag(false, 'Redirect to https, whether the host has TLS or not.')),
  'preserve-trailing-slash': defaultOf('preserve-trailing-slash', flag(false, 'Keep a slash at the end of the URL in redirects to https.')),
  'use-port-in-redirects': defaultOf('use-port-in-redirects', flag(false, 'Name the port of https in redirects to it.')),
  'relative-redirects': defaultOf('relative-redirects', flag(false, 'Redirect without naming scheme and host.')),
  'http-redirect-code': read(written(redirectCode, '308', 'Status of redirects to https.')),
  'no-tls-redirect-locations': read(
    words('path', '/.well-known/acme-challenge', 'Paths of Ingresses that begin so are not redirected to https.'),
  ),
  hsts: draining(read(flag(true, 'Send `Strict-Transport-Security` with every answer over https.'))),
  'hsts-max-age': draining(read(wholeNumber({ fallback: 31_536_000, min: 0, max: 999_999_999, doc: 'Its `max-age`.', type: 'seconds' }))),
  'hsts-include-subdomains': draining(read(flag(true, 'Its `includeSubDomains`.'))),
  'hsts-preload': draining(read(flag(false, 'Its `preload`.'))),
});
