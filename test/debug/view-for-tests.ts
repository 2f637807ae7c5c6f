import type { ProxyState, TypeReport } from '../../src/ads/proxy-state.ts';
import type { DebugView, FleetView } from '../../src/debug/view.ts';
import type { Duration } from '../../src/proto/gen/messages.ts';
import { type Resource, type TypeName, typeNames } from '../../src/snapshot/resource.ts';
import { Snapshots } from '../../src/snapshot/snapshots.ts';
import type { Snapshot } from '../../src/snapshot/snapshot.ts';
import { makeResource } from '../../src/xds/make-resource.ts';

export function partsOf(name: string) {
  return { name, references: [], sources: [{ kind: 'Ingress', namespace: 'shop', name: 'web' }] };
}

export function cluster(name: string, connectTimeout: Duration = '5s'): Resource {
  return makeResource('clusters', { name, connect_timeout: connectTimeout }, partsOf(name));
}

/** A fleet with one snapshot per list of changes. */
export function snapshotsOf(fleet: string, ...steps: readonly (readonly Resource[])[]): readonly Snapshot[] {
  const snapshots = new Snapshots(fleet);
  return steps.flatMap((resources, index) => {
    const changes = new Map(
      typeNames.map((type) => [type, new Map(resources.filter((one) => one.type === type).map((one) => [one.name, one]))]),
    );
    const about = { cause: `step ${index + 1}`, time: Date.UTC(2026, 0, 1, 12, index), summarise: () => `${resources.length} changed` };
    return snapshots.next(changes, about) ?? [];
  });
}

export function fleetOf(name: string, snapshots: readonly Snapshot[]): FleetView {
  const history = snapshots.map(({ number, hash, cause, summary, time }) => ({
    number,
    hash,
    cause,
    summary,
    time,
    added: 1,
    changed: 0,
    removed: 0,
    objects: [{ kind: 'Ingress', namespace: 'shop', name: 'web', verb: 'changed', by: 'helm', at: time - 1000 } as const],
    objectCount: 1,
    types: { clusters: { added: 1, changed: 0, removed: 0 } },
    gatheredMs: 5,
    builtMs: 1.234,
    rollout: { firstAcceptedMs: 20, accepted: 1, refusedBy: ['node-3'] },
  }));
  return { name, current: snapshots.at(-1), history: history.toReversed() };
}

export function proxy(
  id: string,
  more: Partial<Omit<ProxyState, 'types'>> & { readonly types?: Partial<Record<TypeName, TypeReport>> } = {},
): ProxyState {
  const idle: TypeReport = { subscribed: false, resources: 0, sent: 0, acknowledged: 0 };
  const types = Object.fromEntries(typeNames.map((type) => [type, more.types?.[type] ?? idle])) as Record<TypeName, TypeReport>;
  const connectedSince = Date.UTC(2026, 0, 1);
  return { id, cluster: 'naru', fleet: 'naru', address: '10.0.0.9:4000', connectedSince, protocol: 'delta', accepted: 0, ...more, types };
}

export function viewOf(view: Partial<DebugView>): DebugView {
  return { fleets: () => [], proxies: () => [], refusals: () => [], problems: () => [], checks: () => [], live: () => true, ...view };
}
