import type * as z from 'zod';
import type { GrpcMatch, GrpcRule } from '../../gateway-objects.ts';
import { checked } from '../complaint.ts';
import { fields, list, oneOf, optional, text, withDefault } from '../fields.ts';
import { backends, filters } from './filter.ts';
import { sessionPersistence, valueMatches } from './http-route.ts';
import { sectionName } from './parts.ts';
import { routeRow } from './route.ts';

const method = checked(
  fields({
    type: withDefault(oneOf('match type', ['Exact', 'RegularExpression']), 'Exact'),
    service: optional(text).transform((value) => value || undefined),
    method: optional(text).transform((value) => value || undefined),
  }),
  (value) =>
    value.service === undefined && value.method === undefined
      ? { message: 'This match of a method names neither a service nor a method.', fix: 'Add "service" or "method".' }
      : undefined,
);

const match: z.ZodType<GrpcMatch> = fields({ method: optional(method), headers: valueMatches });

const rule: z.ZodType<GrpcRule> = fields({
  name: sectionName,
  matches: list(match).transform((value) => (value.length === 0 ? [{ headers: [] }] : value)),
  filters,
  backendRefs: backends,
  sessionPersistence: optional(sessionPersistence),
});

export const grpcRoute = routeRow({ kind: 'GRPCRoute', plural: 'grpcroutes', otherVersions: [], rules: () => list(rule) });
