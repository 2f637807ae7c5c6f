import { problem, type Problem } from '../../model/problem.ts';
import type { StreamListener } from '../../model/stream-listener.ts';
import { DerivedTable, type Read, type OnFailure } from '../../store/derived-table.ts';
import { IndexTable } from '../../store/index-table.ts';
import { OnlyRow } from '../../store/only-row.ts';
import type { FollowingTable, Key, Table } from '../../store/table.ts';
import type { World } from '../../store/world.ts';
import { type Backend, streamRef } from '../backends/backend.ts';
import type { StreamOptions } from '../options.ts';
import { type UpstreamUse, UpstreamUses } from '../backends/upstream-uses.ts';
import { readStreams, type SourcedEntry, type StreamsReading } from './read-streams.ts';

const only = 'streams';

interface StreamsRow {
  readonly listeners: ReadonlyMap<Key, StreamListener>;
  readonly upstreams: ReadonlyMap<Key, UpstreamUse>;
  readonly problems: readonly Problem[];
}

/** The entries of the ConfigMaps of TCP and UDP services, and the backends that they name. */
export class StreamEntries {
  readonly tables: readonly FollowingTable<unknown>[];
  /** References to backends, for `BackendTables`. */
  readonly refs: Table<readonly Key[]>;
  readonly rows: Table<StreamsReading>;

  constructor(world: World, { tcp, udp, reserved }: StreamOptions, onFailure: OnFailure) {
    const row = new OnlyRow(only);
    const maps = [
      { key: tcp, protocol: 'TCP' },
      { key: udp, protocol: 'UDP' },
    ] as const;
    const rows = new DerivedTable<true, StreamsReading>({
      name: 'stream entries',
      input: row,
      compute: (_, read) => {
        const readings = maps.flatMap(({ key, protocol }) =>
          key === undefined ? [] : [readStreams(key, read.get(world.objects.ConfigMap, key), { protocol, reserved })],
        );
        return { entries: readings.flatMap(({ entries }) => entries), problems: readings.flatMap(({ problems }) => problems) };
      },
      onFailure: (key, error) => onFailure(`stream entries ${key}`, error),
    });
    const refs = new IndexTable('streamRefs', rows, ({ entries }) => entries.map(refOf));
    this.rows = rows;
    this.refs = refs;
    this.tables = [row, rows, refs];
  }
}

/** The ports of TCP and UDP services, each as a row. */
export class StreamTables {
  readonly tables: readonly FollowingTable<unknown>[];
  readonly listeners: Table<StreamListener>;
  /** Upstream → keys of the rows that use it. */
  readonly uses: Table<readonly Key[]>;
  readonly reporting: readonly Table<{ readonly problems: readonly Problem[] }>[];
  readonly #rows: Table<StreamsRow>;

  constructor({ rows: entries }: StreamEntries, backends: Table<Backend>, onFailure: OnFailure) {
    const rows = new DerivedTable<StreamsReading, StreamsRow>({
      name: 'streams',
      input: entries,
      compute: (reading, read) => resolve(reading.entries, (ref) => read.get(backends, ref)),
      onFailure: (key, error) => onFailure(`streams ${key}`, error),
    });
    const keys = new IndexTable('stream keys', rows, ({ listeners }) => listeners.keys());
    const listeners = new DerivedTable<readonly Key[], StreamListener>({
      name: 'stream listeners',
      input: keys,
      compute: (_, read, key) => read.get(rows, only)?.listeners.get(key),
      onFailure: (key, error) => onFailure(`stream listener ${key}`, error),
    });
    const uses = new IndexTable('stream uses', rows, ({ upstreams }) => upstreams.keys());
    this.#rows = rows;
    this.listeners = listeners;
    this.uses = uses;
    this.reporting = [entries, rows];
    this.tables = [rows, keys, listeners, uses];
  }

  useOf(upstream: Key, read: Read): UpstreamUse | undefined {
    return read.get(this.#rows, only)?.upstreams.get(upstream);
  }
}

function refOf({ service, servicePort, protocol }: SourcedEntry): Key {
  return streamRef(service, servicePort, protocol);
}

function resolve(entries: readonly SourcedEntry[], find: (ref: Key) => Backend | undefined): StreamsRow {
  const uses = new UpstreamUses();
  const problems: Problem[] = [];
  const listeners = entries.flatMap((entry): StreamListener[] => {
    const { port, protocol, readsProxyProtocol, sendsProxyProtocol, source } = entry;
    const backend = find(refOf(entry));
    // Its row comes in the same pass.
    if (backend === undefined) return [];
    if (!backend.ok) {
      problems.push(problem(backend.code, source, { message: backend.message, done: 'The port is not opened.', fix: backend.fix }));
      return [];
    }
    const upstream = uses.use(backend.upstream, sendsProxyProtocol ? { sendsProxyProtocol } : {});
    return [{ key: `${protocol.toLowerCase()}/${port}`, protocol, port, upstream, readsProxyProtocol, sources: [source] }];
  });
  return { listeners: new Map(listeners.map((one) => [one.key, one])), upstreams: uses.all, problems };
}
