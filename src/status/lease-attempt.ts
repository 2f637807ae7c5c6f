import type { Lease, LeaseRecord } from '../kube/lease.ts';

/** What an election needs of an API server. Each may fail; a write over something else than what was read always does. */
export interface LeaseStore {
  read(): Promise<Lease | undefined>;
  create(record: LeaseRecord): Promise<Lease>;
  replace(record: LeaseRecord, version: string): Promise<Lease>;
}

/** A lease as it was seen, and when: by our own clock, which only ever grows. */
export interface Observation {
  readonly lease: Lease;
  readonly atMs: number;
}

export interface AttemptOptions {
  readonly store: LeaseStore;
  readonly identity: string;
  readonly durationSeconds: number;
  /** Milliseconds that only ever grow. */
  readonly nowMs: () => number;
  /** Of the wall, for the record. */
  readonly wallClock: () => Date;
}

export interface Attempt {
  readonly held: boolean;
  readonly seen: Observation | undefined;
}

/**
 * One attempt to take or to keep the lease; `tryAcquireOrRenew` of client-go:
 * https://github.com/kubernetes/client-go/blob/master/tools/leaderelection/leaderelection.go
 *
 * Someone else's lease is valid for its whole duration from the moment at which we saw its record change. So a holder
 * whose clock is wrong, or whose lease we have just met, keeps it.
 */
export async function attemptLease(options: AttemptOptions, seen: Observation | undefined): Promise<Attempt> {
  const { store, identity, nowMs } = options;
  if (seen !== undefined && seen.lease.record.holder === identity && isValid(seen, nowMs())) {
    const renewed = await store.replace(recordFor(options, seen.lease.record), seen.lease.version).catch(() => undefined);
    // What failed is looked at closer: maybe somebody has changed the object.
    if (renewed !== undefined) return { held: true, seen: { lease: renewed, atMs: nowMs() } };
  }
  const lease = await store.read();
  if (lease === undefined) return held(options, await store.create(recordFor(options, undefined)));
  // Any write is a sign of life, whatever time its writer believes it is.
  const current = seen?.lease.version === lease.version ? seen : { lease, atMs: nowMs() };
  const { holder } = lease.record;
  if (holder !== '' && holder !== identity && isValid(current, nowMs())) return { held: false, seen: current };
  return held(options, await store.replace(recordFor(options, lease.record), lease.version));
}

/** Gives the lease back, so that another need not wait until it has expired. */
export async function releaseLease({ store, identity, wallClock }: AttemptOptions): Promise<void> {
  const lease = await store.read();
  if (lease?.record.holder !== identity) return;
  const now = microTime(wallClock());
  const { transitions } = lease.record;
  await store.replace({ holder: '', durationSeconds: 1, acquireTime: now, renewTime: now, transitions }, lease.version);
}

function held({ nowMs }: AttemptOptions, lease: Lease): Attempt {
  return { held: true, seen: { lease, atMs: nowMs() } };
}

function isValid({ lease, atMs }: Observation, nowMs: number): boolean {
  return atMs + lease.record.durationSeconds * 1000 > nowMs;
}

function recordFor({ identity, durationSeconds, wallClock }: AttemptOptions, before: LeaseRecord | undefined): LeaseRecord {
  const now = microTime(wallClock());
  const kept = before?.holder === identity;
  return {
    holder: identity,
    durationSeconds,
    acquireTime: kept ? before.acquireTime : now,
    renewTime: now,
    transitions: before === undefined ? 0 : before.transitions + (kept ? 0 : 1),
  };
}

/** `MicroTime`: six digits after the point, or the API server refuses it. */
export function microTime(date: Date): string {
  return date.toISOString().replace('Z', '000Z');
}
