import type * as z from 'zod';
import type { HttpMatch, HttpRule, SessionPersistence, ValueMatch } from '../../gateway-objects.ts';
import { checked, quoted } from '../complaint.ts';
import { fields, integer, list, oneOf, optional, text, withDefault } from '../fields.ts';
import { backends, filters } from './filter.ts';
import { goDuration, sectionName, within } from './parts.ts';
import { routeRow } from './route.ts';

export const valueMatches: z.ZodType<readonly ValueMatch[]> = list(
  fields({ type: withDefault(oneOf('match type', ['Exact', 'RegularExpression']), 'Exact'), name: text, value: text }),
);

const path = checked(
  fields({
    type: withDefault(oneOf('path type', ['Exact', 'PathPrefix', 'RegularExpression']), 'PathPrefix'),
    value: withDefault(text, '/'),
  }),
  ({ type, value }) => {
    if (type === 'RegularExpression') return undefined;
    if (!value.startsWith('/')) return { message: `The path ${quoted(value)} does not begin with "/".`, at: ['value'] };
    const refused = ['//', '/./', '/../', '%2f', '%2F', '#'].find((part) => value.includes(part));
    return refused === undefined ? undefined : { message: `The path ${quoted(value)} contains "${refused}".`, at: ['value'] };
  },
);

const match: z.ZodType<HttpMatch> = fields({
  path: withDefault(path, { type: 'PathPrefix', value: '/' }),
  headers: valueMatches,
  queryParams: valueMatches,
  method: optional(oneOf('method', ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'CONNECT', 'OPTIONS', 'TRACE', 'PATCH'])),
});

export const sessionPersistence: z.ZodType<SessionPersistence> = fields({
  sessionName: optional(text),
  absoluteTimeout: optional(goDuration),
  type: withDefault(oneOf('type', ['Cookie', 'Header']), 'Cookie'),
  cookieConfig: optional(fields({ lifetimeType: withDefault(oneOf('lifetime', ['Permanent', 'Session']), 'Session') })),
});

const everything: readonly HttpMatch[] = [{ path: { type: 'PathPrefix', value: '/' }, headers: [], queryParams: [] }];

const rule: z.ZodType<HttpRule> = fields({
  name: sectionName,
  matches: list(match).transform((value) => (value.length === 0 ? everything : value)),
  filters,
  backendRefs: backends,
  timeouts: optional(fields({ request: optional(goDuration), backendRequest: optional(goDuration) })),
  retry: optional(fields({ codes: list(within('status code', 400, 599)), attempts: optional(integer), backoff: optional(goDuration) })),
  sessionPersistence: optional(sessionPersistence),
});

export const httpRoute = routeRow({
  kind: 'HTTPRoute',
  plural: 'httproutes',
  otherVersions: ['v1beta1'],
  // As an API server has it for a route that says none.
  rules: () => list(rule).transform((value) => (value.length === 0 ? [{ matches: everything, filters: [], backendRefs: [] }] : value)),
});
