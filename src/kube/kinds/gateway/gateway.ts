import * as z from 'zod';
import { objectKey, type ObjectKey } from '../../event.ts';
import type { Gateway, ListenerSpec } from '../../gateway-objects.ts';
import { fields, list, oneOf, optional, portField, present, text, withDefault } from '../fields.ts';
import type { KindRow } from '../kind.ts';
import { metadata } from '../metadata.ts';
import { dnsSubdomain } from '../names.ts';
import { listeners } from './listener.ts';
import {
  configMapsIn,
  gatewayGroup,
  localReference,
  namespacesFrom,
  objectName,
  objectReference,
  rawStatus,
  secretReference,
  spec,
} from './parts.ts';

const validation = fields({
  caCertificateRefs: list(objectReference),
  mode: withDefault(oneOf('mode', ['AllowValidOnly', 'AllowInsecureFallback']), 'AllowValidOnly'),
});

const tlsConfig = fields({ validation: optional(validation) });

const tls = fields({
  backend: optional(fields({ clientCertificateRef: optional(secretReference) })),
  frontend: optional(
    fields({
      default: optional(tlsConfig),
      perPort: z.array(fields({ port: portField, tls: optional(tlsConfig) })).nullish(),
    }),
  ),
});

const infrastructure = fields({
  labels: optional(z.record(text, text)),
  annotations: optional(z.record(text, text)),
  parametersRef: optional(localReference),
});

const gatewaySpec: z.ZodType<Gateway['spec']> = fields({
  gatewayClassName: objectName,
  listeners,
  addresses: list(fields({ type: withDefault(text, 'IPAddress'), value: optional(text).transform((value) => value || undefined) })),
  infrastructure: optional(infrastructure),
  allowedListeners: optional(fields({ namespaces: namespacesFrom('None') })).transform(
    (value) => value?.namespaces ?? { from: 'None' as const },
  ),
  tls: optional(tls),
});

/** The Secrets of listeners, by their keys; whether they may be used is decided later. */
export function certificatesNamed(namespace: string, all: readonly ListenerSpec[]): readonly ObjectKey[] {
  const references = all.flatMap((listener) => listener.tls?.certificateRefs ?? []);
  return references.flatMap((one) => (one.group === '' && one.kind === 'Secret' ? [objectKey(one.namespace ?? namespace, one.name)] : []));
}

export const gateway: KindRow<'Gateway'> = {
  kind: 'Gateway',
  apiVersion: `${gatewayGroup}/v1`,
  formerApiVersions: [],
  otherApiVersions: [`${gatewayGroup}/v1beta1`],
  path: `/apis/${gatewayGroup}/v1/gateways`,
  namespaced: true,
  optional: true,
  sensitive: false,
  secretsNamed: ({ metadata: { namespace }, spec: { listeners: all, tls: ofTls } }) => {
    const own = ofTls?.backend?.clientCertificateRef;
    return [
      ...certificatesNamed(namespace, all),
      ...(own?.group === '' && own.kind === 'Secret' ? [objectKey(own.namespace ?? namespace, own.name)] : []),
    ];
  },
  configMapsNamed: ({ metadata: { namespace }, spec: { tls: ofTls } }) => {
    const all = [ofTls?.frontend?.default, ...(ofTls?.frontend?.perPort ?? []).map((one) => one.tls)];
    return configMapsIn(
      all.flatMap((one) => one?.validation?.caCertificateRefs ?? []),
      namespace,
    );
  },
  schema: () =>
    fields({
      metadata: metadata({ namespaced: true, name: dnsSubdomain('name'), withUid: true }),
      spec: spec(gatewaySpec),
      status: rawStatus,
    }).transform((value) => present({ kind: 'Gateway' as const, ...value })),
};
