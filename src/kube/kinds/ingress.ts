import * as z from 'zod';
import { type ObjectKey, objectKey } from '../event.ts';
import type { Ingress, IngressBackend, IngressPath } from '../objects.ts';
import { type Check, checked, quoted } from './complaint.ts';
import { anything, fields, integer, list, optional, optionalText, present, text, withDefault } from './fields.ts';
import type { KindRow } from './kind.ts';
import { metadata } from './metadata.ts';
import { loadBalancerStatus } from './load-balancer.ts';
import { dnsLabel, dnsSubdomain, hostName, portName, portNumber } from './names.ts';

/** Rules as in `pkg/apis/networking/validation` of Kubernetes 1.36, https://kubernetes.io/docs/concepts/services-networking/ingress/. */

const servicePort = checked(
  // 0 means absent.
  fields({
    name: optionalText(portName),
    number: checked(integer, (value) => (value === 0 ? undefined : portNumber(value)))
      .nullish()
      .transform((value) => (value === 0 ? undefined : value)),
  }),
  ({ name, number }) => {
    if (name !== undefined && number !== undefined) {
      return { message: 'The port of this backend has a name and a number.', fix: 'Keep one of "name" and "number".' };
    }
    if (name === undefined && number === undefined) {
      return { message: 'The port of this backend has neither a name nor a number.', fix: 'Add "number" or "name".' };
    }
    return undefined;
  },
);

const service = fields({
  name: checked(text, dnsLabel('Service name')),
  port: withDefault(z.unknown(), {}).pipe(servicePort),
});

function written(what: string): Check<string> {
  return (value) => (value === '' ? { message: `The ${what} is empty.`, fix: `Write a ${what}.` } : undefined);
}

const resource = fields({
  apiGroup: optional(text),
  kind: checked(text, written('kind')),
  name: checked(text, written('name')),
});

const backend: z.ZodType<IngressBackend> = checked(
  // The last two are of v1beta1: a backend that has them deserves a better sentence than "is missing".
  fields({ service: optional(service), resource: optional(resource), serviceName: anything, servicePort: anything }),
  (value) => {
    if (value.service !== undefined && value.resource !== undefined) {
      return { message: 'This backend names a Service and a resource.', fix: 'Keep one of "service" and "resource".' };
    }
    if (value.service !== undefined || value.resource !== undefined) return undefined;
    const former = value.serviceName !== undefined || value.servicePort !== undefined;
    return {
      message: former
        ? 'This backend is written with "serviceName" and "servicePort", which are fields of v1beta1.'
        : 'This backend names neither a Service nor a resource.',
      fix: 'Write "service: {name: web, port: {number: 80}}".',
    };
  },
).transform((value) => present({ service: value.service, resource: value.resource }));

const refusedInPaths = ['//', '/./', '/../', '%2f', '%2F'];
const refusedAtEnd = ['/..', '/.'];

const pathRules: Check<Pick<IngressPath, 'pathType'> & { path?: string }> = ({ path = '', pathType }) => {
  const literal = pathType !== 'ImplementationSpecific';
  if (!path.startsWith('/') && (literal || path !== '')) {
    const message = path === '' ? `A path of type ${pathType} must be written.` : `The path ${quoted(path)} does not begin with "/".`;
    return { message, fix: `Write ${quoted(`/${path}`)}.`, at: ['path'] };
  }
  const refused = refusedInPaths.find((part) => path.includes(part)) ?? refusedAtEnd.find((part) => path.endsWith(part));
  if (!literal || refused === undefined) return undefined;
  return { message: `The path ${quoted(path)} contains "${refused}", which no path of type ${pathType} may.`, at: ['path'] };
};

const pathTypes: ReadonlySet<string> = new Set(['Exact', 'Prefix', 'ImplementationSpecific']);

const pathType = checked(withDefault(text, ''), (value) => {
  if (pathTypes.has(value)) return undefined;
  const message = value === '' ? 'The path type is missing.' : `The path type ${quoted(value)} is unknown.`;
  return { message, fix: 'Write "pathType: Prefix", or Exact, or ImplementationSpecific.' };
}).transform((value) => value as IngressPath['pathType']);

const path = checked(
  fields({ path: optional(text).transform((value) => value || undefined), pathType, backend: withDefault(z.unknown(), {}).pipe(backend) }),
  pathRules,
);

const rule = fields({
  host: optionalText(hostName),
  http: optional(
    checked(fields({ paths: list(path) }), ({ paths }) =>
      paths.length === 0
        ? { message: 'The rule has "http" without any path.', fix: 'Add a path, or leave "http" out.', at: ['paths'] }
        : undefined,
    ),
  ),
}).transform(({ host, http }) => present({ host, paths: http?.paths }));

const tls = fields({
  hosts: list(checked(text, tlsHost)),
  secretName: optionalText(dnsSubdomain('Secret name')),
});

/** Unlike the host of a rule, the API server lets an IP address through here. */
function tlsHost(value: string): ReturnType<Check<string>> {
  return dnsSubdomain('host')(value) === undefined ? undefined : hostName(value);
}

const spec = checked(
  fields({
    ingressClassName: optional(checked(text, dnsSubdomain('class name'))),
    defaultBackend: optional(backend),
    tls: list(tls),
    rules: list(rule),
  }),
  ({ defaultBackend, rules }) =>
    defaultBackend === undefined && rules.length === 0
      ? { message: 'The Ingress has neither rules nor a default backend.', fix: 'Add "rules" or "defaultBackend".' }
      : undefined,
);

/** Annotations that name a Secret, as `name` or `namespace/name`: auth-secret, auth-tls-secret, proxy-ssl-secret. */
const secretAnnotation = /\/[a-z-]+-secret$/;
const objectName = /^(?:[a-z0-9-]+\/)?[a-z0-9][a-z0-9.-]*$/;

function secretsNamed({ metadata: { namespace, annotations }, spec: { tls: entries } }: Ingress): readonly ObjectKey[] {
  const named = entries.flatMap((entry) => entry.secretName ?? []);
  for (const key in annotations) {
    const value = annotations[key]?.trim() ?? '';
    if (secretAnnotation.test(key) && objectName.test(value)) named.push(value);
  }
  return [...new Set(named.map((name) => (name.includes('/') ? name : objectKey(namespace, name))))];
}

/** Annotations that name a ConfigMap. */
const configMapAnnotation = /\/(?:custom-headers|auth-proxy-set-headers)$/;

function configMapsNamed({ metadata: { namespace, annotations } }: Ingress): readonly ObjectKey[] {
  const named: string[] = [];
  for (const key in annotations) {
    const value = annotations[key]?.trim() ?? '';
    if (configMapAnnotation.test(key) && objectName.test(value)) named.push(value.includes('/') ? value : objectKey(namespace, value));
  }
  return named;
}

export const ingress: KindRow<'Ingress'> = {
  kind: 'Ingress',
  apiVersion: 'networking.k8s.io/v1',
  formerApiVersions: ['networking.k8s.io/v1beta1', 'extensions/v1beta1'],
  path: '/apis/networking.k8s.io/v1/ingresses',
  namespaced: true,
  sensitive: false,
  secretsNamed,
  configMapsNamed,
  schema: () =>
    fields({
      metadata: metadata({ namespaced: true, name: dnsSubdomain('name'), withUid: true }),
      spec: withDefault(z.unknown(), {}).pipe(spec),
      status: loadBalancerStatus,
    }).transform((value) => present({ kind: 'Ingress' as const, ...value })),
};
