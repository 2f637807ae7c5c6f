import { checked } from '../complaint.ts';
import { fields, list, optional, present, text } from '../fields.ts';
import type { KindRow } from '../kind.ts';
import { metadata } from '../metadata.ts';
import { dnsLabel, dnsSubdomain } from '../names.ts';
import { gatewayGroup, group, kindName, objectName, spec } from './parts.ts';

/** Of v1beta1, which all releases of the API serve. */
export const referenceGrant: KindRow<'ReferenceGrant'> = {
  kind: 'ReferenceGrant',
  apiVersion: `${gatewayGroup}/v1beta1`,
  formerApiVersions: [`${gatewayGroup}/v1alpha2`],
  otherApiVersions: [`${gatewayGroup}/v1`],
  path: `/apis/${gatewayGroup}/v1beta1/referencegrants`,
  namespaced: true,
  optional: true,
  sensitive: false,
  schema: () =>
    fields({
      metadata: metadata({ namespaced: true, name: dnsSubdomain('name') }),
      spec: spec(
        fields({
          from: list(fields({ group, kind: kindName, namespace: checked(text, dnsLabel('namespace')) })),
          to: list(fields({ group, kind: kindName, name: optional(objectName) })),
        }),
      ),
    }).transform((value) => present({ kind: 'ReferenceGrant' as const, ...value })),
};
