import { type TypeName, typeNames } from '../snapshot/resource.ts';
import type { CausingObject, Change, ResourceSet, Snapshot } from '../snapshot/snapshot.ts';
import type { ColdProofReport, FleetView, QuarantineEntry, SnapshotSummary } from './view.ts';

/** A fleet and its snapshots as `/debug/snapshots` prints them: what users call the version is the snapshot's number. */
export function describeFleet({ name, current, history, quarantine = [], coldProof }: FleetView) {
  return {
    name,
    ...(current === undefined ? { version: 0 } : describeWhole(current)),
    quarantine: quarantine.map(describeEntry),
    ...(coldProof === undefined ? {} : { coldProof: describeColdProof(coldProof) }),
    history: history.map(describeSummary),
  };
}

/** One of the last snapshots of a fleet. */
export function describeKept(snapshot: Snapshot, { history }: FleetView) {
  const summary = history.find(({ number }) => number === snapshot.number);
  return { ...describeWhole(snapshot), snapshot: summary === undefined ? null : describeSummary(summary) };
}

function describeWhole({ number, hash, cause, summary, time, resources, changes }: Snapshot) {
  return {
    version: number,
    ...{ hash, cause, summary },
    time: printTime(time),
    resources: listResources(resources),
    changes: changes.map(describeChange).sort(byTypeAndName),
  };
}

/** Milliseconds since the epoch in RFC 3339. */
export function printTime(time: number): string {
  return new Date(time).toISOString();
}

interface NameAndVersion {
  readonly name: string;
  readonly version: string;
}

function listResources(resources: ResourceSet): Readonly<Record<TypeName, readonly NameAndVersion[]>> {
  const entries = typeNames.map((type) => {
    const rows = [...resources[type].values()].map(({ name, version }) => ({ name, version }));
    return [type, rows.sort((a, b) => (a.name < b.name ? -1 : 1))] as const;
  });
  return Object.fromEntries(entries) as Record<TypeName, NameAndVersion[]>;
}

function describeChange({ type, name, before, after }: Change) {
  return { type, name, verb: before === undefined ? 'added' : after === undefined ? 'removed' : 'changed' };
}

function byTypeAndName(a: { readonly type: TypeName; readonly name: string }, b: typeof a): number {
  return typeNames.indexOf(a.type) - typeNames.indexOf(b.type) || (a.name < b.name ? -1 : 1);
}

export function describeEntry({ since, ...entry }: QuarantineEntry) {
  return { ...entry, since: printTime(since) };
}

function describeColdProof({ snapshot, at, tookMs, ...rest }: ColdProofReport) {
  return { version: snapshot, ...rest, tookMs: Math.round(tookMs), at: printTime(at) };
}

/** An entry of the history. */
export function describeSummary({
  number,
  time,
  objects = [],
  objectCount = 0,
  types = {},
  gatheredMs,
  builtMs,
  rollout,
  ...rest
}: SnapshotSummary) {
  return {
    version: number,
    ...rest,
    time: printTime(time),
    objects: objects.map(describeObject),
    objectCount,
    types,
    ...roundedTimes({ gatheredMs, builtMs, firstAcceptedMs: rollout?.firstAcceptedMs, allAcceptedMs: rollout?.allAcceptedMs }),
    acceptedBy: rollout?.accepted ?? 0,
    refusedBy: rollout?.refusedBy ?? [],
  };
}

function describeObject({ at, ...object }: CausingObject) {
  return { ...object, ...(at === undefined ? {} : { at: printTime(at) }) };
}

/** What is not known yet, or never will be, is null. */
function roundedTimes<K extends string>(times: Readonly<Record<K, number | undefined>>): Readonly<Record<K, number | null>> {
  const rounded = Object.entries<number | undefined>(times).map(([name, ms]) => [name, ms === undefined ? null : Math.round(ms * 10) / 10]);
  return Object.fromEntries(rounded) as Record<K, number | null>;
}
