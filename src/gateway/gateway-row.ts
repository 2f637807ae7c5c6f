import { objectKey } from '../kube/event.ts';
import type { Gateway, ListenerSet } from '../kube/gateway-objects.ts';
import type { Metadata } from '../kube/objects.ts';
import { oldestFirst } from '../ingress/age.ts';
import { fleetOfGateway } from '../model/listener.ts';
import type { Key } from '../store/table.ts';
import type { BackendCertificate } from './backend-certificate.ts';
import type { Infrastructure } from './infrastructure.ts';
import { type ListenerLookup, type ListenerRow, readListener } from './listener-row.ts';

/** A Gateway of ours, with the ListenerSets that add to it. */
export interface GatewayRow {
  readonly key: Key;
  readonly metadata: Metadata;
  readonly spec: Gateway['spec'];
  readonly infrastructure: Infrastructure;
  /** The fleet of Envoys that it has for itself; absent: it is served with Ingresses. */
  readonly fleet?: string;
  readonly listeners: readonly ListenerRow[];
  /** The oldest first. */
  readonly sets: readonly SetRow[];
  /** What it shows to backends with TLS. */
  readonly backendCertificate?: BackendCertificate;
}

export interface SetRow {
  readonly key: Key;
  readonly metadata: Metadata;
  /** Whether the Gateway takes listeners from there. */
  readonly allowed: boolean;
  readonly listeners: readonly ListenerRow[];
}

export interface GatewayLookup extends ListenerLookup {
  readonly infrastructure: Infrastructure;
  readonly backendCertificate: BackendCertificate | undefined;
  readonly allowsSet: (gateway: Pick<Gateway, 'metadata' | 'spec'>, set: Pick<ListenerSet, 'metadata'>) => boolean;
}

export function readGateway({ metadata, spec }: Gateway, sets: readonly ListenerSet[], lookup: GatewayLookup): GatewayRow {
  const key = objectKey(metadata.namespace, metadata.name);
  const own = { kind: 'Gateway' as const, metadata, gateway: key };
  const { backendCertificate, infrastructure } = lookup;
  return {
    key,
    metadata,
    spec,
    infrastructure,
    ...(infrastructure === 'own' ? { fleet: fleetOfGateway(key) } : {}),
    listeners: spec.listeners.map((listener, index) => readListener(own, listener, index, lookup)),
    sets: oldestFirst(sets, 'kubernetes').map((set) => ({
      key: objectKey(set.metadata.namespace, set.metadata.name),
      metadata: set.metadata,
      allowed: lookup.allowsSet({ metadata, spec }, set),
      listeners: set.spec.listeners.map((listener, index) =>
        readListener({ kind: 'ListenerSet', metadata: set.metadata, gateway: key }, listener, index, lookup),
      ),
    })),
    ...(backendCertificate === undefined ? {} : { backendCertificate }),
  };
}

/** Every listener that a Gateway has, in the order in which they win. */
export function listenersOf({ listeners, sets }: GatewayRow): readonly ListenerRow[] {
  return [...listeners, ...sets.filter(({ allowed }) => allowed).flatMap((set) => set.listeners)];
}
