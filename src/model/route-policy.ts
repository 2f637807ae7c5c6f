import type { AnswerRewrites } from './answer-rewrites.ts';
import type { Concurrency } from './concurrency.ts';
import type { ErrorPages } from './error-pages.ts';
import type { AuthService, PasswordCheck } from './authentication.ts';
import type { PathReplacement } from './route.ts';
import type { Retry } from './retry.ts';
import type { HashKey, Session } from './stickiness.ts';
import type { Template } from './template.ts';

/**
 * How a route treats requests besides where it sends them. Each part is absent where the route does as Naru does by default;
 * policies that say the same are equal in their JSON.
 */
export interface RoutePolicy {
  readonly timeouts?: Timeouts;
  readonly retry?: Retry;
  /** What decides on the endpoint, taken together, where no session of the kind `hash` does; the upstream's balancing must be `hash`. */
  readonly hashBy?: readonly HashKey[];
  readonly session?: Session;
  /** What is changed about a request on its way to the backend. */
  readonly requestHeaders?: HeaderEdits;
  /** What is changed about the answer on its way to the client. */
  readonly responseHeaders?: HeaderEdits;
  readonly answerRewrites?: AnswerRewrites;
  /** Which clients may pass; others are answered 403. */
  readonly clientAddresses?: AddressRules;
  /** Most bytes of a request's body; more are answered 413. 0: any number. Absent: `usualBodySize`. */
  readonly bodySize?: number;
  /** A request goes on when all of its body is there. */
  readonly holdsBodies?: true;
  /** How many requests a client may make; others are answered 503. */
  readonly rateLimits?: RateLimits;
  readonly concurrency?: Concurrency;
  /** KiB in a second, of each answer. */
  readonly answerRate?: number;
  readonly cors?: Cors;
  /** What the subject of the client's certificate has to hold, as a regular expression of RE2; others are answered 403. */
  readonly clientSubject?: string;
  /** What services are told of the client's certificate, as nginx says it. */
  readonly clientVerified?: ClientVerified;
  /** Which users may pass; others are answered 401. */
  readonly passwords?: PasswordCheck;
  /** Who says whether a request may pass. */
  readonly authService?: AuthService;
  /** Who passes one of the checks above need not pass the others; without it, all. */
  readonly anyOf?: true;
  readonly rewrite?: Rewrite;
  readonly errorPages?: ErrorPages;
  /** What the spans of its requests are called, where they are traced; absent: as those of all. */
  readonly spanName?: string;
  /** Whether its requests are traced; absent: as those of all. */
  readonly traced?: boolean;
  /** What a request says of the trace that it belongs to does not decide whether it is traced. */
  readonly distrustsCaller?: true;
  /** The access log says nothing of its requests. */
  readonly unlogged?: true;
  /** The distribution of the times of its requests is kept. */
  readonly timed?: true;
  /** Where copies of the requests go, whose answers nobody waits for. */
  readonly mirrors?: readonly Mirror[];
}

/** What a policy says of those who watch requests, whatever is done with these. */
export function watching({ unlogged, timed, traced, distrustsCaller }: RoutePolicy): RoutePolicy {
  return {
    ...(unlogged && { unlogged }),
    ...(timed && { timed }),
    ...(traced === undefined ? {} : { traced }),
    ...(distrustsCaller && { distrustsCaller }),
  };
}

/** Bytes, as in ingress-nginx. */
export const usualBodySize = 1_048_576;

/** `$ssl_client_verify` of nginx. */
export type ClientVerified = 'SUCCESS' | 'FAILED' | 'NONE';

/** Each client address is counted by itself, at each proxy. */
export interface RateLimits {
  /** All of them hold. */
  readonly limits: readonly RateLimit[];
  /** Networks whose requests do not count. */
  readonly exempt?: readonly string[];
  /** Instead of 503. */
  readonly status?: number;
}

export interface RateLimit {
  readonly requests: number;
  /** In how many seconds. */
  readonly seconds: number;
  /** How many may come at once beyond the rate. */
  readonly burst: number;
}

/** Who may use answers from other origins. OPTIONS requests of who may are answered without asking anybody else. */
export interface Cors {
  /** In any case; `*` stands for a label, with `byStandard` for one or more. Absent: all. */
  readonly origins?: readonly string[];
  readonly credentials: boolean;
  /** Absent: whatever is asked for. */
  readonly methods?: string;
  /** Absent: whatever is asked for. */
  readonly headers?: string;
  /** Seconds. */
  readonly maxAge: number;
  /**
   * OPTIONS requests are answered only where they ask for a method, with 403 to who may not; who names no origin is told nothing.
   * https://fetch.spec.whatwg.org/#http-cors-protocol
   */
  readonly byStandard?: true;
  readonly exposed?: string;
}

/** Networks such as `10.0.0.0/8`, by the address of the client behind the proxies that are trusted. */
export interface AddressRules {
  /** Absent: everybody. */
  readonly allow?: readonly string[];
  /** Not even those that are allowed. */
  readonly deny?: readonly string[];
}

/** What backends see in place of what the client asked for; the query stays. */
export interface Rewrite {
  readonly path?: PathReplacement | { readonly type: 'captures'; readonly target: PathTemplate };
  readonly host?: Template;
}

/** A path in pieces: texts, and numbers of groups of the regular expression that the route's path is matched by. */
export type PathTemplate = readonly (string | number)[];

export interface Mirror {
  /** Key of an upstream. */
  readonly upstream: string;
  /** Of a million requests, how many; absent: all. */
  readonly perMillion?: number;
  /** Absent: the host that the client named. */
  readonly host?: string;
}

export interface Timeouts {
  /** Seconds without a byte in either direction after which a request is given up. */
  readonly idle: number;
  /** Seconds for a request with all its tries; absent: no limit. */
  readonly total?: number;
  /** Seconds for each try; absent: no limit. */
  readonly perTry?: number;
}

/** Changes of headers, in this order; names are in lower case. */
export interface HeaderEdits {
  readonly remove?: readonly string[];
  /** In place of any values that are there; an empty value removes. */
  readonly set?: readonly HeaderValue[];
  /** Beside any values that are there. */
  readonly add?: readonly HeaderValue[];
}

export interface HeaderValue {
  readonly name: string;
  readonly value: Template;
}

/** What several ask for together: of what cannot stand side by side the last holds. */
export function joinPolicies(parts: readonly RoutePolicy[]): RoutePolicy {
  return parts.reduce((all, one) => {
    const requestHeaders = joinEdits(all.requestHeaders, one.requestHeaders);
    const responseHeaders = joinEdits(all.responseHeaders, one.responseHeaders);
    return {
      ...{ ...all, ...one },
      ...(all.rewrite && one.rewrite && { rewrite: { ...all.rewrite, ...one.rewrite } }),
      ...(all.mirrors && one.mirrors && { mirrors: [...all.mirrors, ...one.mirrors] }),
      ...(requestHeaders && { requestHeaders }),
      ...(responseHeaders && { responseHeaders }),
    };
  }, {});
}

function joinEdits(a: HeaderEdits | undefined, b: HeaderEdits | undefined): HeaderEdits | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const remove = [...(a.remove ?? []), ...(b.remove ?? [])];
  const set = [...(a.set ?? []), ...(b.set ?? [])];
  const add = [...(a.add ?? []), ...(b.add ?? [])];
  return { ...(remove.length > 0 && { remove }), ...(set.length > 0 && { set }), ...(add.length > 0 && { add }) };
}
