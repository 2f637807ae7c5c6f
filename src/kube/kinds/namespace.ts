import { fields } from './fields.ts';
import type { KindRow } from './kind.ts';
import { metadata } from './metadata.ts';
import { dnsLabel } from './names.ts';

/** For its labels. Without the right to read them nobody waits: what asks for labels finds none. */
export const namespace: KindRow<'Namespace'> = {
  kind: 'Namespace',
  apiVersion: 'v1',
  formerApiVersions: [],
  path: '/api/v1/namespaces',
  namespaced: false,
  optional: true,
  sensitive: false,
  schema: () =>
    fields({ metadata: metadata({ namespaced: false, name: dnsLabel('name') }) }).transform((value) => ({
      kind: 'Namespace' as const,
      ...value,
    })),
};
