import * as z from 'zod';
import { fields, text, withDefault } from './fields.ts';
import type { KindRow } from './kind.ts';
import { metadata } from './metadata.ts';
import { dnsSubdomain } from './names.ts';

export const configMap: KindRow<'ConfigMap'> = {
  kind: 'ConfigMap',
  apiVersion: 'v1',
  formerApiVersions: [],
  path: '/api/v1/configmaps',
  namespaced: true,
  byName: true,
  sensitive: false,
  schema: () =>
    fields({
      metadata: metadata({ namespaced: true, name: dnsSubdomain('name') }),
      data: withDefault(z.record(text, text), {}),
    }).transform((value) => ({ kind: 'ConfigMap' as const, ...value })),
};
