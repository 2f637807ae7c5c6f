import type { RoutePolicy } from '../../model/route-policy.ts';
import { buffers } from './buffers.ts';
import { canary } from './canary.ts';
import type { Family } from './family.ts';
import { fastcgi } from './fastcgi.ts';
import { modsecurity } from './modsecurity.ts';
import { nginxOnly } from './nginx-only.ts';
import { timeouts } from './timeouts.ts';
import { waitingFamily } from './waiting.ts';

/** Families whose policies are parts of the policy of a route. */
const routeFamilies = { timeouts } as const satisfies Readonly<Record<string, Family<RoutePolicy>>>;

/** Every annotation family, in the order in which the reference lists them. */
export const families = { canary, ...routeFamilies, waitingFamily, buffers, fastcgi, modsecurity, nginxOnly } as const;

/** What an object's annotations ask for, family by family. */
export type Policies = { readonly [K in keyof typeof families]: (typeof families)[K] extends Family<infer P> ? P : never };

/** The policy of the routes that an Ingress with these annotations makes. */
export function routePolicyOf(policies: Partial<Policies>): RoutePolicy {
  const names = Object.keys(routeFamilies) as (keyof typeof routeFamilies)[];
  return Object.assign({}, ...names.map((name) => policies[name])) as RoutePolicy;
}
