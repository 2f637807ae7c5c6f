import type { Metadata } from '../kube/objects.ts';
import type { Source } from '../model/source.ts';

export function sourceOf({ kind, metadata }: { readonly kind: string; readonly metadata: Metadata }, field?: string): Source {
  const source = { kind, namespace: metadata.namespace, name: metadata.name };
  return field === undefined ? source : { ...source, field };
}
