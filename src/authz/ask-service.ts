import type { AccessCheck, AuthService } from '../model/authentication.ts';
import type { RememberedAnswers } from './answer-cache.ts';
import { type AskedRequest, clientAddressOf, fill, schemeOf } from './asked-request.ts';
import type { Outcome } from './outcome.ts';
import type { ServiceAnswer, ServiceClient } from './service-client.ts';

export interface Services {
  readonly client: ServiceClient;
  readonly remembered: RememberedAnswers;
  readonly onTrouble: (sentence: string) => void;
}

/** Headers of a connection, and of a body that the service does not get; and those that Envoy tells itself. */
const ownHeader =
  /^(?::|x-envoy-|(?:host|connection|keep-alive|proxy-connection|transfer-encoding|upgrade|te|trailer|content-length|expect)$)/;

/**
 * Asks an authentication service as ingress-nginx does: the client's headers without its body, and where it wants to go.
 * rootfs/etc/nginx/template/nginx.tmpl, `auth_request`; https://nginx.org/en/docs/http/ngx_http_auth_request_module.html
 */
export async function askService(
  service: AuthService,
  request: AskedRequest,
  { clientVerified, ...services }: Services & Pick<AccessCheck, 'clientVerified'>,
): Promise<Outcome> {
  let answer: ServiceAnswer;
  try {
    answer = await answerOf(service, withCertificate(request, clientVerified), services);
  } catch (error) {
    services.onTrouble(`An authentication service gives no answer: ${error instanceof Error ? error.message : String(error)}`);
    return failed;
  }
  const { status, headers } = answer;
  const cookies = (headers['set-cookie'] ?? []).map((value) => ({ name: 'set-cookie', value }));
  if (status >= 200 && status < 300) return passed(service, answer, cookies);
  if (status === 403) return { passed: false, status, body: 'Forbidden\n', headers: cookies };
  if (status !== 401) return failed;
  const { signIn } = service;
  if (signIn !== undefined) {
    const location = { name: 'location', value: safeHeader(fill(signIn, request)) };
    return { passed: false, status: 302, body: '', headers: [location, ...cookies] };
  }
  const challenge = headers['www-authenticate'];
  const told = challenge === undefined ? [] : [{ name: 'www-authenticate', value: challenge }];
  return { passed: false, status, body: 'Authorization Required\n', headers: [...told, ...cookies] };
}

/** What clients say of their certificates themselves is not handed on where they are asked for one. */
function withCertificate(request: AskedRequest, verified: AccessCheck['clientVerified']): AskedRequest {
  if (verified === undefined) return request;
  const own = Object.entries(request.headers).filter(([name]) => !name.startsWith('ssl-client-'));
  return { ...request, headers: { ...Object.fromEntries(own), 'ssl-client-verify': verified } };
}

const failed: Outcome = { passed: false, status: 500, body: 'Internal Server Error\n' };

async function answerOf(service: AuthService, request: AskedRequest, { client, remembered }: Services): Promise<ServiceAnswer> {
  const { cache, method = 'GET' } = service;
  const question = { url: fill(service.url, request), method, headers: questionHeaders(service, request) };
  // As nginx, which remembers nothing else.
  if (cache === undefined || !['GET', 'HEAD'].includes(method)) return client.ask(question);
  const key = JSON.stringify([request.authority, service, fill(cache.key, request)]);
  const known = remembered.get(key, Date.now());
  if (known !== undefined) return known;
  const answer = await client.ask(question);
  remembered.add(key, answer, cache, Date.now());
  return answer;
}

function questionHeaders(service: AuthService, request: AskedRequest): Record<string, string> {
  const { headers, pathAndQuery } = request;
  const scheme = schemeOf(request);
  const address = clientAddressOf(request) ?? '';
  const own = (service.headers ?? []).map(({ name, value }) => [name, safeHeader(fill(value, request))] as const);
  const untold = new Set(own.flatMap(([name, value]) => (value === '' ? [name] : [])));
  const told = {
    ...Object.fromEntries(Object.entries(headers).filter(([name]) => !ownHeader.test(name))),
    'x-original-url': `${scheme}://${request.authority}${pathAndQuery}`,
    'x-original-method': request.method,
    'x-sent-from': 'nginx-ingress-controller',
    ...{ 'x-real-ip': address, 'x-forwarded-for': headers['x-forwarded-for'] ?? address },
    'x-auth-request-redirect': safeHeader(service.wanted === undefined ? pathAndQuery : fill(service.wanted, request)),
    ...(service.method === undefined ? {} : { 'x-original-uri': pathAndQuery, 'x-scheme': scheme }),
    ...Object.fromEntries(own),
  };
  return Object.fromEntries(Object.entries<string>(told).filter(([name]) => !untold.has(name)));
}

type Cookies = readonly { readonly name: string; readonly value: string }[];

function passed({ answerHeaders = [] }: AuthService, { headers }: ServiceAnswer, answer: Cookies): Outcome {
  const valueOf = (name: string): string => {
    const value = headers[name];
    return typeof value === 'string' ? value : (value ?? []).join(', ');
  };
  const set = answerHeaders.flatMap((name) => (valueOf(name) === '' ? [] : [{ name, value: valueOf(name) }]));
  return { passed: true, set, answer };
}

/** Variables can hold what a header cannot. */
function safeHeader(value: string): string {
  return value.replaceAll(/\p{Cc}/gu, '');
}
