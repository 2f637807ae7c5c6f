import type { Cors, Mirror, Rewrite, RoutePolicy } from '../model/route-policy.ts';
import type { PathMatch } from '../model/route.ts';
import type { Session } from '../model/stickiness.ts';
import { closing, type Lost, lost } from './loss.ts';
import { writeHeaders } from './written-headers.ts';
import type { WrittenBackend, WrittenRule } from './written-route.ts';

export interface PolicyReading extends Omit<WrittenRule, 'backendRefs'> {
  readonly losses: readonly Lost[];
}

export interface PolicyContext {
  readonly match: PathMatch;
  readonly backend: (upstream: string) => WrittenBackend | undefined;
}

type Writers = { readonly [K in keyof Required<RoutePolicy>]: (value: Required<RoutePolicy>[K], of: PolicyContext) => PolicyReading };

const nothing: PolicyReading = { losses: [] };
const only = (...losses: readonly Lost[]): PolicyReading => ({ losses });

/** For each part of a policy how it is written, or what is lost with it. */
const writers: Writers = {
  timeouts: ({ idle, total, perTry }) => ({
    ...(total === undefined && perTry === undefined
      ? {}
      : {
          timeouts: {
            ...(total === undefined ? {} : { request: seconds(total) }),
            ...(perTry === undefined ? {} : { backendRequest: seconds(perTry) }),
          },
        }),
    losses: [lost('timeouts', `There is no limit for the time between two pieces of an answer: it was ${idle} s, and is 60 s with Naru.`)],
  }),
  retry: ({ tries, statuses = [], backoff }) => ({
    retry: {
      attempts: tries - 1,
      ...(statuses.length === 0 ? {} : { codes: statuses }),
      ...(backoff === undefined ? {} : { backoff: seconds(backoff) }),
    },
    losses: [lost('retry', 'Retries are for all methods, and not for answers that stop coming.')],
  }),
  hashBy: () => only(lost('hashBy', 'Endpoints are chosen in turn, and not by what a request says.')),
  session: writeSession,
  requestHeaders: (edits) => writeHeaders('requestHeaders', edits),
  responseHeaders: (edits) => writeHeaders('responseHeaders', edits),
  answerRewrites: () => only(lost('answerRewrites', 'Cookies and locations in answers are not rewritten.')),
  clientAddresses: () => only(closing('clientAddresses', 'Who may come by address cannot be written.')),
  bodySize: () => only(lost('bodySize', 'The size of bodies is not limited.')),
  holdsBodies: () => only(lost('holdsBodies', 'Requests go on as they come, and not when all of their body is there.')),
  rateLimits: () => only(closing('rateLimits', 'Limits for the requests of a client cannot be written.')),
  concurrency: () => only(closing('concurrency', 'Limits for the requests of a client at a time cannot be written.')),
  answerRate: () => only(lost('answerRate', 'The rate of answers is not limited.')),
  cors: writeCors,
  clientSubject: () => only(closing('clientSubject', 'Who may come by certificate cannot be written for a path.')),
  clientVerified: () => only(lost('clientVerified', 'Services are not told of the certificates of clients.')),
  passwords: () => only(closing('passwords', 'Passwords cannot be asked for.')),
  authService: () => only(closing('authService', 'No service can be asked who may pass.')),
  anyOf: () => only(lost('anyOf', 'Checks of clients cannot be written.')),
  rewrite: writeRewrite,
  errorPages: () => only(lost('errorPages', 'Errors have no pages of their own.')),
  spanName: () => only(lost('spanName', 'Spans have no names of their own.')),
  traced: () => only(lost('traced', 'Which of its requests are traced is not said.')),
  distrustsCaller: () => only(lost('distrustsCaller', 'Callers decide whether their requests are traced.')),
  timed: () => only(lost('timed', 'The distribution of the times of its requests is not kept.')),
  unlogged: () => only(lost('unlogged', 'Its requests are logged.')),
  mirrors: writeMirrors,
};

/** What a policy is in a rule, and what of it cannot be. */
export function writePolicy(policy: RoutePolicy, of: PolicyContext): PolicyReading {
  const readings = (Object.keys(writers) as (keyof RoutePolicy)[]).map((part) => writePart(part, policy, of));
  const filters = readings.flatMap((one) => one.filters ?? []);
  return {
    ...Object.assign({}, ...readings),
    ...(filters.length === 0 ? {} : { filters }),
    losses: readings.flatMap(({ losses }) => losses),
  };
}

function writePart(part: keyof RoutePolicy, policy: RoutePolicy, of: PolicyContext): PolicyReading {
  const value = policy[part];
  const write = writers[part] as (given: unknown, context: PolicyContext) => PolicyReading;
  return value === undefined ? nothing : write(value, of);
}

function seconds(value: number): string {
  return value % 1 === 0 ? `${value}s` : `${Math.round(value * 1000)}ms`;
}

function writeSession({ keepsTo, cookie, sideCookie }: Session): PolicyReading {
  const { name, path, lifetime, domain, sameSite, sparesOldBrowsers, secure } = cookie;
  const odd = path !== '/' || domain !== undefined || sameSite !== undefined || sparesOldBrowsers === true || secure === 'always';
  return {
    sessionPersistence: {
      sessionName: name,
      ...(lifetime === undefined ? {} : { absoluteTimeout: seconds(lifetime), cookieConfig: { lifetimeType: 'Permanent' } }),
    },
    losses: [
      ...(keepsTo === 'hash' ? [lost('session', 'The cookie names the endpoint, and is not any text that stands for one.')] : []),
      ...(odd ? [lost('session', 'The cookie has the path / and no other attributes.')] : []),
      ...(sideCookie === undefined ? [] : [lost('session', 'Clients do not keep to the canary or to the main service.')]),
    ],
  };
}

/** `*` for one label becomes one for any number. */
function writeCors({ origins, credentials, methods = '*', headers = '*', maxAge, exposed }: Cors): PolicyReading {
  const list = (text: string) => text.split(',').flatMap((one) => (one.trim() === '' ? [] : [one.trim()]));
  const cors = {
    allowOrigins: origins ?? ['*'],
    allowCredentials: credentials,
    allowMethods: list(methods),
    allowHeaders: list(headers),
    ...(exposed === undefined ? {} : { exposeHeaders: list(exposed) }),
    maxAge,
  };
  return {
    filters: [{ type: 'CORS', cors }],
    losses: [
      lost(
        'cors',
        'OPTIONS is answered only where it is a preflight, with 403 to who may not, and * in an origin stands for any number of labels.',
      ),
    ],
  };
}

function writeRewrite({ path, host }: Rewrite, { match }: PolicyContext): PolicyReading {
  const fixed = host?.every((one) => typeof one === 'string') === true ? host.join('') : undefined;
  const captured = path?.type === 'captures';
  const usable = path !== undefined && path.type !== 'captures' && (path.type === 'full' || match.type === 'prefix') ? path : undefined;
  const urlRewrite = {
    ...(fixed === undefined ? {} : { hostname: fixed }),
    ...(usable === undefined
      ? {}
      : usable.type === 'full'
        ? { path: { type: 'ReplaceFullPath', replaceFullPath: usable.path } }
        : { path: { type: 'ReplacePrefixMatch', replacePrefixMatch: usable.path } }),
  };
  return {
    ...(Object.keys(urlRewrite).length === 0 ? {} : { filters: [{ type: 'URLRewrite', urlRewrite }] }),
    losses: [
      ...(captured ? [closing('rewrite', 'What an expression captures cannot be used in another path.')] : []),
      ...(host !== undefined && fixed === undefined ? [lost('rewrite', 'The host for the backend is fixed, or that of the request.')] : []),
    ],
  };
}

function writeMirrors(mirrors: readonly Mirror[], { backend }: PolicyContext): PolicyReading {
  const written = mirrors.map((mirror) => ({ mirror, to: backend(mirror.upstream) }));
  return {
    filters: written.flatMap(({ mirror: { perMillion }, to }) =>
      to === undefined
        ? []
        : [
            {
              type: 'RequestMirror',
              requestMirror: {
                backendRef: to,
                ...(perMillion === undefined ? {} : { fraction: { numerator: perMillion, denominator: 1_000_000 } }),
              },
            },
          ],
    ),
    losses: [
      ...(written.some(({ to }) => to === undefined) ? [lost('mirrors', 'Copies of requests go to Services only.')] : []),
      ...(mirrors.some(({ host }) => host !== undefined) ? [lost('mirrors', 'Copies of requests have the host of the request.')] : []),
    ],
  };
}
