import { fields, present } from '../fields.ts';
import type { KindRow } from '../kind.ts';
import { metadata } from '../metadata.ts';
import { dnsSubdomain } from '../names.ts';
import { certificatesNamed } from './gateway.ts';
import { listeners } from './listener.ts';
import { gatewayGroup, rawStatus, referenceTo, spec } from './parts.ts';

export const listenerSet: KindRow<'ListenerSet'> = {
  kind: 'ListenerSet',
  apiVersion: `${gatewayGroup}/v1`,
  formerApiVersions: [],
  path: `/apis/${gatewayGroup}/v1/listenersets`,
  namespaced: true,
  optional: true,
  sensitive: false,
  secretsNamed: ({ metadata: { namespace }, spec: { listeners: all } }) => certificatesNamed(namespace, all),
  schema: () =>
    fields({
      metadata: metadata({ namespaced: true, name: dnsSubdomain('name'), withUid: true }),
      spec: spec(fields({ parentRef: fields(referenceTo('Gateway', gatewayGroup)), listeners })),
      status: rawStatus,
    }).transform((value) => present({ kind: 'ListenerSet' as const, ...value })),
};
