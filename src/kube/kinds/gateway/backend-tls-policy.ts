import { checked } from '../complaint.ts';
import { fields, list, oneOf, optional, present, text } from '../fields.ts';
import type { KindRow } from '../kind.ts';
import { metadata } from '../metadata.ts';
import { dnsSubdomain, hostName } from '../names.ts';
import { configMapsIn, gatewayGroup, group, kindName, localReference, objectName, rawStatus, sectionName, spec } from './parts.ts';

const validation = fields({
  caCertificateRefs: list(localReference),
  wellKnownCACertificates: optional(text).transform((value) => value || undefined),
  hostname: checked(text, hostName),
  subjectAltNames: list(fields({ type: oneOf('type', ['Hostname', 'URI']), hostname: optional(text), uri: optional(text) })),
});

export const backendTlsPolicy: KindRow<'BackendTLSPolicy'> = {
  kind: 'BackendTLSPolicy',
  apiVersion: `${gatewayGroup}/v1`,
  formerApiVersions: [],
  otherApiVersions: [`${gatewayGroup}/v1alpha3`],
  path: `/apis/${gatewayGroup}/v1/backendtlspolicies`,
  namespaced: true,
  optional: true,
  sensitive: false,
  configMapsNamed: ({ metadata: { namespace }, spec: { validation: asked } }) => configMapsIn(asked.caCertificateRefs, namespace),
  schema: () =>
    fields({
      metadata: metadata({ namespaced: true, name: dnsSubdomain('name'), withUid: true }),
      spec: spec(fields({ targetRefs: list(fields({ group, kind: kindName, name: objectName, sectionName })), validation })),
      status: rawStatus,
    }).transform((value) => present({ kind: 'BackendTLSPolicy' as const, ...value })),
};
