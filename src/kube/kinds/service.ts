import * as z from 'zod';
import { checked, type Complaint } from './complaint.ts';
import { anything, fields, list, oneOf, optional, optionalText, portField, present, text, withDefault } from './fields.ts';
import type { KindRow } from './kind.ts';
import { metadata } from './metadata.ts';
import { loadBalancerStatus } from './load-balancer.ts';
import { dnsLabel, dnsSubdomain, portName, portNumber } from './names.ts';

export const protocol = withDefault(oneOf('protocol', ['TCP', 'UDP', 'SCTP']), 'TCP');

/** A number, or the name of a container port; 0 and the empty text mean absent. */
const targetPort = checked(anything, targetPortComplaint).transform((value) =>
  typeof value === 'number' || typeof value === 'string' ? value || undefined : undefined,
);

function targetPortComplaint(value: unknown): Complaint | undefined {
  if (value === undefined || value === null || value === 0 || value === '') return undefined;
  if (typeof value === 'string') return portName(value);
  if (typeof value === 'number')
    return Number.isInteger(value) ? portNumber(value) : { message: `The port ${value} is not a whole number.` };
  return { message: '"targetPort" must be a whole number or the name of a container port.' };
}

const port = fields({
  name: withDefault(
    checked(text, (value) => (value === '' ? undefined : dnsLabel('port name')(value))),
    '',
  ),
  port: portField,
  protocol,
  targetPort,
  appProtocol: optional(text),
}).transform((value) => ({ ...value, targetPort: value.targetPort ?? value.port }));

const spec = checked(
  fields({
    type: withDefault(oneOf('Service type', ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName']), 'ClusterIP'),
    clusterIP: optional(text),
    externalName: optionalText((value) => dnsSubdomain('external name')(value.replace(/\.$/, ''))),
    externalIPs: list(text).transform((ips) => (ips.length === 0 ? undefined : ips)),
    ipFamilies: list(oneOf('IP family', ['IPv4', 'IPv6'])).transform((families) => (families.length < 2 ? undefined : families)),
    sessionAffinity: oneOf('session affinity', ['ClientIP', 'None', ''])
      .nullish()
      .transform((affinity) => (affinity === 'ClientIP' ? affinity : undefined)),
    ports: list(port),
  }),
  ({ type, clusterIP, externalName, ports }): Complaint | undefined => {
    if (type === 'ExternalName' && externalName === undefined) {
      return { message: 'A Service of type ExternalName must say its external name.', fix: 'Add "externalName".', at: ['externalName'] };
    }
    if (ports.length === 0 && type !== 'ExternalName' && clusterIP !== 'None') {
      return { message: 'The Service has no ports.', fix: 'Add "ports".', at: ['ports'] };
    }
    return portNames(ports.map(({ name }) => name));
  },
);

function portNames(names: readonly string[]): Complaint | undefined {
  for (const [index, name] of names.entries()) {
    const at = ['ports', index, 'name'];
    if (name === '' && names.length > 1)
      return { message: 'A port of a Service with several ports must have a name.', fix: 'Add "name".', at };
    if (names.indexOf(name) !== index) return { message: `Two ports of the Service have the name ${JSON.stringify(name)}.`, at };
  }
  return undefined;
}

export const service: KindRow<'Service'> = {
  kind: 'Service',
  apiVersion: 'v1',
  formerApiVersions: [],
  path: '/api/v1/services',
  namespaced: true,
  sensitive: false,
  schema: () =>
    fields({
      metadata: metadata({ namespaced: true, name: dnsLabel('name') }),
      spec: withDefault(z.unknown(), {}).pipe(spec),
      status: loadBalancerStatus,
    }).transform((value) => present({ kind: 'Service' as const, ...value })),
};
