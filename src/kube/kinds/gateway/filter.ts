import type * as z from 'zod';
import type { RouteFilter, WeightedBackend } from '../../gateway-objects.ts';
import { checked, type Complaint, quoted } from '../complaint.ts';
import { fields, flag, integer, list, oneOf, optional, portField, text, withDefault } from '../fields.ts';
import { hostName } from '../names.ts';
import { localReference, referenceTo, within } from './parts.ts';

const headers = list(fields({ name: text, value: text }));
const headerModifier = fields({ set: headers, add: headers, remove: list(text) });

export const backendReference = checked(fields({ ...referenceTo('Service'), port: optional(portField) }), (value) =>
  value.group === '' && value.kind === 'Service' && value.port === undefined
    ? { message: 'A reference to a Service needs a port.', fix: 'Add "port".' }
    : undefined,
);

const pathModifier = checked(
  fields({
    type: oneOf('type', ['ReplaceFullPath', 'ReplacePrefixMatch']),
    replaceFullPath: optional(text),
    replacePrefixMatch: optional(text),
  }),
  ({ type, replaceFullPath, replacePrefixMatch }) => {
    const field = type === 'ReplaceFullPath' ? 'replaceFullPath' : 'replacePrefixMatch';
    const other = type === 'ReplaceFullPath' ? replacePrefixMatch : replaceFullPath;
    const own = type === 'ReplaceFullPath' ? replaceFullPath : replacePrefixMatch;
    if (own === undefined) return { message: `A path of type ${type} needs "${field}".`, fix: `Add "${field}".` };
    return other === undefined ? undefined : { message: `A path of type ${type} has only "${field}".`, fix: 'Remove the other field.' };
  },
);

const preciseHostname = optional(checked(text, (value) => (value.startsWith('*') ? preciseOnly(value) : hostName(value))));

function preciseOnly(value: string): Complaint {
  return { message: `The hostname ${quoted(value)} has a wildcard, and one hostname is meant here.`, fix: 'Write it without "*".' };
}

const redirect = fields({
  scheme: optional(oneOf('scheme', ['http', 'https'])),
  hostname: preciseHostname,
  path: optional(pathModifier),
  port: optional(portField),
  statusCode: withDefault(
    checked(integer, (value) =>
      [301, 302, 303, 307, 308].includes(value) ? undefined : { message: `The status code ${value} is not one of a redirect.` },
    ),
    302,
  ),
});

const mirror = checked(
  fields({
    backendRef: backendReference,
    percent: optional(within('percentage', 0, 100)),
    fraction: optional(
      fields({ numerator: within('numerator', 0, 2 ** 31 - 1), denominator: withDefault(within('denominator', 1, 2 ** 31 - 1), 100) }),
    ),
  }),
  ({ percent, fraction }) =>
    percent !== undefined && fraction !== undefined
      ? { message: 'This mirror has a percentage and a fraction.', fix: 'Keep one of "percent" and "fraction".' }
      : undefined,
);

const cors = fields({
  allowOrigins: list(text),
  allowCredentials: optional(flag),
  allowMethods: list(text),
  allowHeaders: list(text),
  exposeHeaders: list(text),
  maxAge: withDefault(within('age', 1, 2 ** 31 - 1), 5),
});

/** Which part each type of filter needs. */
const partOf: Readonly<Record<string, keyof RouteFilter>> = {
  RequestHeaderModifier: 'requestHeaderModifier',
  ResponseHeaderModifier: 'responseHeaderModifier',
  RequestMirror: 'requestMirror',
  RequestRedirect: 'requestRedirect',
  URLRewrite: 'urlRewrite',
  CORS: 'cors',
  ExtensionRef: 'extensionRef',
};

const filter: z.ZodType<RouteFilter> = checked(
  fields({
    type: text,
    requestHeaderModifier: optional(headerModifier),
    responseHeaderModifier: optional(headerModifier),
    requestMirror: optional(mirror),
    requestRedirect: optional(redirect),
    urlRewrite: optional(fields({ hostname: preciseHostname, path: optional(pathModifier) })),
    cors: optional(cors),
    extensionRef: optional(localReference),
  }),
  (value): Complaint | undefined => {
    const part = partOf[value.type];
    if (part === undefined || value[part] !== undefined) return undefined;
    return { message: `A filter of type ${value.type} needs "${part}".`, fix: `Add "${part}".` };
  },
);

export const filters = list(filter);

export const backends: z.ZodType<readonly WeightedBackend[]> = list(
  checked(
    fields({
      ...referenceTo('Service'),
      port: optional(portField),
      weight: withDefault(within('weight', 0, 1_000_000), 1),
      filters,
    }),
    (value) =>
      value.group === '' && value.kind === 'Service' && value.port === undefined
        ? { message: 'A backend that is a Service needs a port.', fix: 'Add "port".' }
        : undefined,
  ),
);
