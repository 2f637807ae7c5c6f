import type { GrpcRule, HttpRule } from '../kube/gateway-objects.ts';
import type { RoutePolicy } from '../model/route-policy.ts';
import { secondsOf } from './duration.ts';
import type { FilterObjection } from './filters.ts';

type Rule = HttpRule | GrpcRule;

/** Seconds without a byte after which a request is given up that asks for nothing else. */
const usualIdle = 60;

/** How long requests of a rule may take, how often they are sent, and to whom a client comes back. */
export function limitsOf(rule: Rule): Pick<RoutePolicy, 'timeouts' | 'retry' | 'session'> {
  const { request, backendRequest } = ('timeouts' in rule && rule.timeouts) || {};
  const total = request === undefined ? 0 : secondsOf(request);
  const perTry = backendRequest === undefined ? 0 : secondsOf(backendRequest);
  const retry = 'retry' in rule ? rule.retry : undefined;
  // Who limits a try and asks for no second one gets none.
  const tries = retry === undefined ? (perTry > 0 ? 1 : undefined) : (retry.attempts ?? 1) + 1;
  return {
    ...(total === 0 && perTry === 0
      ? {}
      : { timeouts: { idle: Math.max(usualIdle, total, perTry), ...(total === 0 ? {} : { total }), ...(perTry === 0 ? {} : { perTry }) } }),
    ...(tries === undefined
      ? {}
      : {
          retry: {
            tries,
            ...(retry === undefined ? {} : { nonIdempotent: true as const }),
            ...(retry === undefined || retry.codes.length === 0 ? {} : { statuses: retry.codes }),
            ...(retry?.backoff === undefined ? {} : { backoff: secondsOf(retry.backoff) }),
          },
        }),
    ...sessionOf(rule),
  };
}

/** A cookie without a lifetime of its own ends with the browser. https://gateway-api.sigs.k8s.io/geps/gep-1619/ */
function sessionOf({ sessionPersistence: wanted }: Rule): Pick<RoutePolicy, 'session'> {
  if (wanted === undefined || wanted.type !== 'Cookie') return {};
  const lasts = wanted.cookieConfig?.lifetimeType === 'Permanent' && wanted.absoluteTimeout !== undefined;
  return {
    session: {
      keepsTo: 'endpoint',
      cookie: {
        name: wanted.sessionName ?? 'naru-session',
        path: '/',
        ...(lasts ? { lifetime: Math.ceil(secondsOf(wanted.absoluteTimeout ?? '')) } : {}),
        secure: 'over https',
      },
    },
  };
}

export function limitObjections(rule: Rule): readonly FilterObjection[] {
  if (rule.sessionPersistence === undefined || rule.sessionPersistence.type === 'Cookie') return [];
  return [{ reason: 'UnsupportedValue', message: `Sessions by ${rule.sessionPersistence.type} are not supported: write Cookie.` }];
}
