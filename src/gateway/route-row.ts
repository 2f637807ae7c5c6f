import type { RouteKind, WeightedBackend } from '../kube/gateway-objects.ts';
import type { KubeObjects } from '../kube/objects.ts';
import type { Source } from '../model/source.ts';
import type { Attachment } from './attachment.ts';

export type RouteObject = KubeObjects[RouteKind];
/** A route without what programs wrote into its status. */
export type RouteText = { readonly [K in RouteKind]: Pick<KubeObjects[K], 'kind' | 'metadata' | 'spec'> }[RouteKind];

/** A route with at least one parent that is ours. */
export interface RouteRow {
  readonly route: RouteText;
  readonly attachments: readonly Attachment[];
}

export function sourceOfRoute({ kind, metadata: { namespace, name } }: RouteText, field: string): Source {
  return { kind, namespace, name, field };
}

/** A reference of a route to a backend, with the field that it stands in. */
export interface BackendUse {
  readonly field: string;
  readonly backend: Pick<WeightedBackend, 'group' | 'kind' | 'name' | 'namespace' | 'port'>;
}

/** Every backend that a route names. */
export function backendUses({ spec }: RouteText): readonly BackendUse[] {
  return spec.rules.flatMap((rule, index) => [
    ...rule.backendRefs.map((backend, at) => ({ field: `spec.rules[${index}].backendRefs[${at}]`, backend })),
    ...('filters' in rule ? rule.filters : []).flatMap(({ requestMirror }, at) =>
      requestMirror === undefined
        ? []
        : [{ field: `spec.rules[${index}].filters[${at}].requestMirror.backendRef`, backend: requestMirror.backendRef }],
    ),
  ]);
}
