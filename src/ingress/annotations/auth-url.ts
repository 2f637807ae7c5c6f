import type { AnswerCache, AuthService } from '../../model/authentication.ts';
import type { RoutePolicy } from '../../model/route-policy.ts';
import type { Key } from '../../store/table.ts';
import { absoluteUrl, accessTemplate } from '../nginx/access-template.ts';
import { withRedirectParameter } from './auth-signin.ts';
import { type CacheTime, cacheTimes } from './cache-times.ts';
import { defineFamily } from './family.ts';
import { differs, exact, field, optional } from './field.ts';
import { boolean, listOf, matching, oneOf, wholeNumber } from './grammar.ts';
import { configMapName, keyOf } from './reference.ts';

const lowerCase = matching('header name', /[A-Za-z0-9_-]{1,256}/);
export const headerName = { ...lowerCase, parse: (text: string) => lowerCase.parse(text.toLowerCase()) };

const connections = differs('`naru authz` keeps connections to the service by itself.');

/** What annotations and the ConfigMap say of an authentication service. */
export interface AuthServiceWords {
  readonly url: AuthService['url'];
  readonly method: string | undefined;
  readonly signIn: AuthService['url'] | undefined;
  readonly redirectParameter: string;
  readonly answerHeaders: readonly string[];
  readonly wanted: AuthService['url'] | undefined;
  readonly cacheKey: AuthService['url'] | undefined;
  readonly cacheTimes: readonly CacheTime[];
}

export function authService({
  url,
  method,
  signIn,
  redirectParameter,
  answerHeaders,
  wanted,
  cacheKey,
  cacheTimes: times,
}: AuthServiceWords): AuthService {
  const cache: AnswerCache | undefined = cacheKey && { key: cacheKey, times };
  return {
    url,
    ...(method !== undefined && { method }),
    ...(signIn && { signIn: withRedirectParameter(signIn, redirectParameter) }),
    ...(answerHeaders.length > 0 && { answerHeaders }),
    ...(wanted && { wanted }),
    ...(cache && { cache }),
  };
}

interface AuthUrlPolicy {
  readonly route: RoutePolicy;
  readonly wantsGlobal: boolean;
  /** The ConfigMap with more that the service is told. */
  readonly headerMap?: Key;
}

/** As ingress-nginx's internal/ingress/annotations/authreq reads them. */
export const authUrl = defineFamily({
  title: 'Authentication service',
  summary:
    'Asks a service about each request: 2xx lets it pass, 401 and 403 are handed on, anything else is a 500. `naru authz` beside each Envoy asks it; while that is not there, the paths answer 503.',
  fields: {
    'auth-url': optional(absoluteUrl, {
      doc: 'The service that says which requests may pass.',
      ...{ risk: 'High', scope: 'path', support: exact, example: 'https://auth.example.com/check', whenWrong: 'deny' },
    }),
    'auth-method': optional(oneOf('GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'), {
      doc: 'Method by which it is asked.',
      ...{
        needs: 'auth-url',
        risk: 'Low',
        scope: 'path',
        support: differs('CONNECT closes the paths.'),
        example: 'POST',
        whenWrong: 'deny',
      },
    }),
    'auth-signin': optional(accessTemplate('URL', /(?:https?:\/\/|\/|\$)[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%{}|]*/i), {
      doc: 'Where clients are sent with 302 that the service answers 401, with what they wanted as a parameter.',
      ...{ needs: 'auth-url', risk: 'High', scope: 'path', support: exact, example: 'https://auth.example.com/start', whenWrong: 'deny' },
    }),
    'auth-signin-redirect-param': field(matching('name of a parameter', /[A-Za-z0-9._~-]+/, { max: 128 }), 'rd', {
      doc: 'That parameter, unless the URL has it already.',
      ...{ needs: 'auth-url', risk: 'Medium', scope: 'path', support: exact, example: 'return_to', whenWrong: 'deny' },
    }),
    'auth-response-headers': field(listOf(headerName), [], {
      doc: "Headers of the service's answer that the backend gets instead of the client's.",
      ...{
        needs: 'auth-url',
        risk: 'Medium',
        scope: 'path',
        support: exact,
        example: 'X-Auth-Request-User, X-Auth-Request-Email',
        whenWrong: 'deny',
      },
    }),
    'auth-request-redirect': optional(accessTemplate('text', /[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=%{}|]*/), {
      doc: 'What the service gets as `X-Auth-Request-Redirect` in place of the path.',
      ...{ needs: 'auth-url', risk: 'Medium', scope: 'path', support: exact, example: 'https://$host$request_uri', whenWrong: 'deny' },
    }),
    'auth-cache-key': optional(accessTemplate('text with variables', /[A-Za-z0-9\-_${}]+/), {
      doc: 'Remembers answers of the service for requests of the same host and path with the same key.',
      ...{ needs: 'auth-url', risk: 'Medium', scope: 'path', support: exact, example: '$cookie_session', whenWrong: 'deny' },
    }),
    'auth-cache-duration': field(cacheTimes, [{ statuses: [200, 202, 401], seconds: 300 }], {
      doc: 'Which answers are remembered, and how long.',
      ...{ needs: 'auth-url', risk: 'Medium', scope: 'path', support: exact, example: '200 202 10m, 401 1m', whenWrong: 'deny' },
    }),
    'auth-always-set-cookie': optional(boolean, {
      doc: 'Cookies of the service reach clients whatever the status of the answer.',
      ...{ inert: true, risk: 'Low', scope: 'path', support: differs('They always do.'), example: 'true' },
    }),
    'auth-proxy-set-headers': optional(configMapName, {
      doc: "A ConfigMap in the namespace of the Ingress whose entries are headers that the service gets in place of the client's; variables of nginx have values in them.",
      ...{ needs: 'auth-url', risk: 'Medium', scope: 'path', support: exact, example: 'auth-headers', whenWrong: 'deny' },
    }),
    'auth-keepalive': optional(wholeNumber(), {
      doc: 'How many idle connections are kept.',
      ...{ inert: true, risk: 'Low', scope: 'path', support: connections, example: '10' },
    }),
    'auth-keepalive-requests': optional(wholeNumber(), {
      doc: 'Requests after which a connection is closed.',
      ...{ inert: true, risk: 'Low', scope: 'path', support: connections, example: '1000' },
    }),
    'auth-keepalive-timeout': optional(wholeNumber(), {
      doc: 'Seconds after which an idle connection is closed.',
      ...{ inert: true, risk: 'Low', scope: 'path', support: connections, example: '60' },
    }),
    'auth-keepalive-share-vars': optional(boolean, {
      doc: 'Whether the service gets the `X-Request-ID` that the backend gets.',
      ...{
        inert: true,
        risk: 'Low',
        scope: 'path',
        support: differs('It always does. Other variables of nginx are not there to be shared.'),
        example: 'true',
      },
    }),
    'enable-global-auth': field(boolean, true, {
      doc: 'Whether the service of `global-auth-url` in the ConfigMap is asked where there is no `auth-url`.',
      ...{ risk: 'Low', scope: 'path', support: exact, example: 'false' },
    }),
  },
  check({ 'auth-url': url, 'auth-proxy-set-headers': map }, of) {
    if (url === undefined || map === undefined || keyOf(map, of).startsWith(`${of.namespace}/`)) return undefined;
    const message = `auth-proxy-set-headers: ConfigMap ${map} is in another namespace than the Ingress.`;
    return { name: 'auth-proxy-set-headers', message, fix: 'Copy it into the namespace of the Ingress.' };
  },
  apply(values, of): AuthUrlPolicy {
    const url = values['auth-url'];
    const wantsGlobal = values['enable-global-auth'];
    if (url === undefined) return { route: {}, wantsGlobal };
    const service = authService({
      url,
      method: values['auth-method'],
      signIn: values['auth-signin'],
      redirectParameter: values['auth-signin-redirect-param'],
      answerHeaders: values['auth-response-headers'],
      wanted: values['auth-request-redirect'],
      cacheKey: values['auth-cache-key'],
      cacheTimes: values['auth-cache-duration'],
    });
    const map = values['auth-proxy-set-headers'];
    return { route: { authService: service }, wantsGlobal, ...(map !== undefined && { headerMap: keyOf(map, of) }) };
  },
});
