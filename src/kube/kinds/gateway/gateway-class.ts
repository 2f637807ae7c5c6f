import { checked, quoted } from '../complaint.ts';
import { fields, optional, present, text } from '../fields.ts';
import type { KindRow } from '../kind.ts';
import { metadata } from '../metadata.ts';
import { dnsSubdomain, isSubdomain } from '../names.ts';
import { gatewayGroup, localReference, rawStatus, spec } from './parts.ts';

const controllerName = checked(text, (value) => {
  const slash = value.indexOf('/');
  return slash > 0 && isSubdomain(value.slice(0, slash)) && value.length > slash + 1
    ? undefined
    : {
        message: `The controller ${quoted(value)} is not valid.`,
        fix: 'Write a DNS name, "/" and a path: "example.com/gateway-controller".',
      };
});

export const gatewayClass: KindRow<'GatewayClass'> = {
  kind: 'GatewayClass',
  apiVersion: `${gatewayGroup}/v1`,
  formerApiVersions: [],
  otherApiVersions: [`${gatewayGroup}/v1beta1`],
  path: `/apis/${gatewayGroup}/v1/gatewayclasses`,
  namespaced: false,
  optional: true,
  sensitive: false,
  schema: () =>
    fields({
      metadata: metadata({ namespaced: false, name: dnsSubdomain('name'), withUid: true }),
      spec: spec(fields({ controllerName, parametersRef: optional(localReference) })),
      status: rawStatus,
    }).transform((value) => present({ kind: 'GatewayClass' as const, ...value })),
};
