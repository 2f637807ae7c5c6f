import * as z from 'zod';
import { objectKey, type ObjectKey } from '../../event.ts';
import type { AllowedNamespaces, LabelSelector, ObjectReference, ParentReference, RawStatus } from '../../gateway-objects.ts';
import { checked, quoted } from '../complaint.ts';
import { anything, fields, integer, oneOf, optional, optionalText, portField, text, withDefault } from '../fields.ts';
import { dnsLabel, dnsSubdomain, hostName } from '../names.ts';

/** What several kinds of the Gateway API have in common, with the defaults that an API server sets. https://gateway-api.sigs.k8s.io/reference/spec/ */

export const gatewayGroup = 'gateway.networking.k8s.io';

export const group = text;
export const kindName = checked(text, (value) =>
  value === '' ? { message: 'The kind is empty.', fix: 'Write the kind of an object.' } : undefined,
);
export const objectName = checked(text, dnsSubdomain('name'));
export const namespaceName = optional(checked(text, dnsLabel('namespace')));
export const sectionName = optional(checked(text, dnsSubdomain('name')));

/** Absent and empty are the same. */
export const hostname = optionalText((value) => hostName(value));

/** A whole number in a range. */
export function within(what: string, least: number, most: number) {
  return checked(integer, (value) =>
    value < least || value > most ? { message: `The ${what} ${value} is not between ${least} and ${most}.` } : undefined,
  );
}

const duration = /^([0-9]{1,5}(h|m|s|ms)){1,4}$/;

/** https://gateway-api.sigs.k8s.io/geps/gep-2257/ */
export const goDuration = checked(text, (value) =>
  duration.test(value)
    ? undefined
    : { message: `The duration ${quoted(value)} is not valid.`, fix: 'Write it as in "1h30m", "10s" or "500ms".' },
);

export function referenceTo(defaultKind: string, defaultGroup = '') {
  return {
    group: withDefault(group, defaultGroup),
    kind: withDefault(kindName, defaultKind),
    name: objectName,
    namespace: namespaceName,
  };
}

export const secretReference = fields(referenceTo('Secret'));
/** All that it says must be written. */
export const objectReference = fields({ group, kind: kindName, name: objectName, namespace: namespaceName });
export const localReference = fields({ group, kind: kindName, name: objectName });

/** The ConfigMaps among references; `own`: the namespace of those that name none. */
export function configMapsIn(references: readonly ObjectReference[], own: string): readonly ObjectKey[] {
  return references.flatMap((one) => (one.group === '' && one.kind === 'ConfigMap' ? [objectKey(one.namespace ?? own, one.name)] : []));
}

export const parentReference: z.ZodType<ParentReference> = fields({
  group: optional(group),
  kind: optional(kindName),
  namespace: namespaceName,
  name: objectName,
  sectionName,
  port: optional(portField),
});

export const labelSelector: z.ZodType<LabelSelector> = fields({
  matchLabels: optional(z.record(text, text)),
  matchExpressions: z
    .array(fields({ key: text, operator: oneOf('operator', ['In', 'NotIn', 'Exists', 'DoesNotExist']), values: optional(z.array(text)) }))
    .nullish(),
});

/** Never a reason to refuse an object: it is what programs wrote. */
export const rawStatus = anything.transform((value): RawStatus | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as RawStatus) : undefined,
);

const origins = ['All', 'Selector', 'Same', 'None'] as const;

/** A selector says nothing unless it is asked for. */
export function namespacesFrom(fallback: (typeof origins)[number]): z.ZodType<AllowedNamespaces> {
  return fields({ from: withDefault(oneOf('origin', origins), fallback), selector: optional(labelSelector) })
    .nullish()
    .transform((value) => value ?? { from: fallback });
}

/** The spec is there, even if nothing is written: then its own complaints are told. */
export function spec<T extends z.ZodType>(schema: T) {
  return withDefault(z.unknown(), {}).pipe(schema);
}
