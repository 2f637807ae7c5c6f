import type { TypeName } from '../snapshot/resource.ts';
import { printTime } from './describe-fleet.ts';
import { sourcesOf } from './sources-of.ts';
import type { FleetView } from './view.ts';

/** What an Envoy has not acknowledged of a type; null where it has everything. Snapshots that are no longer kept are not told. */
export function describeLag(type: TypeName, acknowledged: number, { current, snapshot, history }: FleetView) {
  const newer = history.filter(({ number }) => number > acknowledged && number <= (current?.number ?? 0));
  const behind = newer.flatMap(({ number }) => {
    const changes = snapshot?.(number)?.changes.filter((change) => change.type === type) ?? [];
    return changes.length === 0 ? [] : [{ number, changes }];
  });
  const times = newer.filter(({ number }) => behind.some((one) => one.number === number)).map(({ time }) => time);
  if (behind.length === 0) return null;
  const since = Math.min(...times);
  return {
    versions: behind.length,
    ms: Math.max(0, Date.now() - since),
    since: printTime(since),
    sources: sourcesOf(behind.flatMap(({ changes }) => changes.map(({ before, after }) => after ?? before))),
  };
}
