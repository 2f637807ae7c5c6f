import type { TestContext } from 'node:test';
import type { KubeEvent } from '../../../src/kube/event.ts';
import { watchKind, type WatchOptions } from '../../../src/kube/watch.ts';
import { type Fault, FaultyServer } from './faulty-server.ts';
import { Recorder } from './recorder.ts';

/** Everything that a watch waits for, made short. */
export const quick = { minDelayMs: 2, maxDelayMs: 10, slowDelayMs: 10, idleMs: 5000, listIdleMs: 5000, shortWatchMs: 0, stableMs: 60_000 };

export interface Watched {
  readonly server: FaultyServer;
  readonly events: Recorder;
  readonly troubles: string[];
  /** Waits until what was heard is what the server has. */
  readonly same: () => Promise<void>;
}

function sorted(entries: readonly (readonly [string, unknown])[]): string {
  return JSON.stringify(entries.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

export function watched(server: FaultyServer, options: WatchOptions = {}): Watched {
  const troubles: string[] = [];
  const onTrouble = (sentence: string): void => void troubles.push(sentence);
  const events = new Recorder(
    watchKind(server.connection, 'Service', { pageSize: 2, onTrouble, ...options, timing: { ...quick, ...options.timing } }),
  );
  const known = (): string => {
    const ports = [...events.objects()].map(([key, object]) => [key, object.kind === 'Service' && object.spec.ports[0]?.port] as const);
    return sorted(ports);
  };
  const same = (): Promise<void> => events.reaches(() => known() === sorted([...server.contents()]));
  return { server, events, troubles, same };
}

export async function given(
  t: TestContext,
  names: readonly string[],
  options: WatchOptions = {},
  faults: readonly Fault[] = [],
): Promise<Watched> {
  return started(t, new FaultyServer(), names, options, faults);
}

export async function started(
  t: TestContext,
  server: FaultyServer,
  names: readonly string[],
  options: WatchOptions = {},
  faults: readonly Fault[] = [],
): Promise<Watched> {
  for (const name of names) server.put(name);
  for (const fault of faults) server.fail(fault);
  await server.listen();
  const watch = watched(server, options);
  t.after(async () => {
    watch.events.close();
    await server.close();
  });
  return watch;
}

export const isSynced = ({ type }: KubeEvent): boolean => type === 'synced';
