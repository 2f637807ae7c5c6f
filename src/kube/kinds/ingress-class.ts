import * as z from 'zod';
import { checked, quoted } from './complaint.ts';
import { fields, text, withDefault } from './fields.ts';
import type { KindRow } from './kind.ts';
import { metadata } from './metadata.ts';
import { dnsSubdomain, isSubdomain } from './names.ts';

const controllerPath = /^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/;

const controller = checked(text, (value) => {
  const slash = value.indexOf('/');
  const valid = value.length <= 250 && slash > 0 && isSubdomain(value.slice(0, slash)) && controllerPath.test(value.slice(slash + 1));
  if (valid) return undefined;
  return {
    message: `The controller ${quoted(value)} is not valid: it must be a DNS name, "/" and a path.`,
    fix: 'Write it as in "example.com/ingress-controller".',
  };
});

export const ingressClass: KindRow<'IngressClass'> = {
  kind: 'IngressClass',
  apiVersion: 'networking.k8s.io/v1',
  formerApiVersions: ['networking.k8s.io/v1beta1'],
  path: '/apis/networking.k8s.io/v1/ingressclasses',
  namespaced: false,
  sensitive: false,
  schema: () =>
    fields({
      metadata: metadata({ namespaced: false, name: dnsSubdomain('name') }),
      spec: withDefault(z.unknown(), {}).pipe(fields({ controller })),
    }).transform((value) => ({ kind: 'IngressClass', ...value })),
};
