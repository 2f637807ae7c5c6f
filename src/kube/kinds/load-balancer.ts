import * as z from 'zod';
import type { LoadBalancerStatus } from '../objects.ts';
import { anything, fields, optional, text } from './fields.ts';

const part = optional(text).transform((value) => value || undefined);
const entry = fields({ ip: part, hostname: part }).catch({});
const status = fields({ loadBalancer: fields({ ingress: z.array(entry) }) });

/**
 * The addresses in a status with a load balancer, of a Service or an Ingress. Never a reason to refuse an object:
 * a status is what programs wrote, and what is odd in it is passed over.
 */
export const loadBalancerStatus = anything.transform((value): LoadBalancerStatus | undefined => {
  const entries = status.safeParse(value).data?.loadBalancer.ingress ?? [];
  const ingress = entries.filter(({ ip, hostname }) => ip !== undefined || hostname !== undefined);
  return ingress.length === 0 ? undefined : { loadBalancer: { ingress } };
});
