import { joinPolicies, type RoutePolicy } from '../../model/route-policy.ts';
import type { UpstreamPolicy } from '../../model/upstream-policy.ts';
import { accessLog } from './access-log.ts';
import { answerRewrites } from './answer-rewrites.ts';
import type { AskedPolicy } from './asked-policy.ts';
import { authTls } from './auth-tls.ts';
import { authUrl } from './auth-url.ts';
import { backendProtocol } from './backend-protocol.ts';
import { basicAuth } from './basic-auth.ts';
import { bodySize } from './body-size.ts';
import { buffers } from './buffers.ts';
import { canary } from './canary.ts';
import { clientAddresses } from './client-addresses.ts';
import { cors } from './cors.ts';
import { customHeaders } from './custom-headers.ts';
import { errorPages } from './error-pages.ts';
import type { Family } from './family.ts';
import { fastcgi } from './fastcgi.ts';
import { httpsRedirect } from './https-redirect.ts';
import { loadBalancing } from './load-balancing.ts';
import { mirror } from './mirror.ts';
import { modsecurity } from './modsecurity.ts';
import { nginxOnly } from './nginx-only.ts';
import { rateLimits } from './rate-limits.ts';
import { satisfy } from './satisfy.ts';
import { otherNames } from './other-names.ts';
import { passthrough } from './passthrough.ts';
import { redirects } from './redirects.ts';
import { retries } from './retries.ts';
import { retryWithin } from './retry-time.ts';
import { rewrite } from './rewrite.ts';
import { serverTls } from './server-tls.ts';
import { session } from './session.ts';
import { pathSnippets, serverSnippet } from './snippets.ts';
import { timeouts } from './timeouts.ts';
import { tracing } from './tracing.ts';
import { upstreamHost } from './upstream-host.ts';

const policyFamilies = {
  ...{ timeouts, bodySize, buffers, retries, loadBalancing, backendProtocol },
  ...{ clientAddresses, basicAuth, authUrl, satisfy, rateLimits, cors, accessLog, tracing, answerRewrites },
} as const satisfies Readonly<Record<string, Family<AskedPolicy>>>;

/** Every annotation family, in the order in which the reference lists them. */
export const families = {
  canary,
  rewrite,
  redirects,
  otherNames,
  ...policyFamilies,
  authTls,
  serverTls,
  upstreamHost,
  customHeaders,
  mirror,
  session,
  errorPages,
  httpsRedirect,
  passthrough,
  pathSnippets,
  serverSnippet,
  fastcgi,
  modsecurity,
  nginxOnly,
} as const;

/** What an object's annotations ask for, family by family. */
export type Policies = { readonly [K in keyof typeof families]: (typeof families)[K] extends Family<infer P> ? P : never };

/** The policy of the routes that an Ingress with these annotations makes. */
export function routePolicyOf(policies: Partial<Policies>): RoutePolicy {
  const policy = joinPolicies(askedParts(policies).flatMap(({ route }) => route ?? []));
  const within = policies.retries?.within ?? 0;
  if (within === 0) return policy;
  const { connectTimeout: connect = 5 } = upstreamPolicyOf(policies);
  return { ...policy, retry: retryWithin(within, policy, { connect, idle: policy.timeouts?.idle ?? 60 }) };
}

/** The policy by which the upstreams behind them are reached. */
export function upstreamPolicyOf(policies: Partial<Policies>): UpstreamPolicy {
  return Object.assign({}, ...askedParts(policies).map(({ upstream }) => upstream)) as UpstreamPolicy;
}

/** The same for requests over https, where they are reached in another way. */
export function upstreamPolicyOverHttps(policies: Partial<Policies>): UpstreamPolicy | undefined {
  const parts = askedParts(policies);
  if (!parts.some(({ upstreamOverHttps }) => upstreamOverHttps !== undefined)) return undefined;
  return Object.assign({}, ...parts.map(({ upstream, upstreamOverHttps = upstream }) => upstreamOverHttps)) as UpstreamPolicy;
}

function askedParts(policies: Partial<Policies>): readonly AskedPolicy[] {
  return (Object.keys(policyFamilies) as (keyof typeof policyFamilies)[]).map((name) => policies[name] ?? {});
}
