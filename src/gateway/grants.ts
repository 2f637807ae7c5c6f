import type { World } from '../store/world.ts';
import type { IndexTable } from '../store/index-table.ts';
import type { Read } from '../store/derived-table.ts';
import type { ReferenceGrant } from '../kube/gateway-objects.ts';

export const gatewayGroup = 'gateway.networking.k8s.io';

export interface Referrer {
  readonly kind: string;
  readonly namespace: string;
}

export interface Referred {
  readonly group: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
}

/** Namespace → its ReferenceGrants. */
export type GrantsByNamespace = IndexTable<ReferenceGrant>;

/** Whether an object of one namespace may name one of another. https://gateway-api.sigs.k8s.io/api-types/referencegrant/ */
export function mayRefer(from: Referrer, to: Referred, read: Read, world: World, grants: GrantsByNamespace): boolean {
  if (from.namespace === to.namespace) return true;
  return (read.get(grants, to.namespace) ?? []).some((key) => {
    const grant = read.get(world.objects.ReferenceGrant, key)?.spec;
    return (
      grant?.from.some(({ group, kind, namespace }) => group === gatewayGroup && kind === from.kind && namespace === from.namespace) ===
        true && grant.to.some(({ group, kind, name }) => group === to.group && kind === to.kind && (name === undefined || name === to.name))
    );
  });
}
