import type { BackendSecret } from '../model/backend-secret.ts';
import type { Endpoint, Upstream } from '../model/upstream.ts';
import { DerivedTable, type Read } from '../store/derived-table.ts';
import { IndexTable } from '../store/index-table.ts';
import { JoinedIndex } from '../store/joined-index.ts';
import type { FollowingTable, Key, Table } from '../store/table.ts';
import type { World } from '../store/world.ts';
import { withSecret } from './backends/backend-secret.ts';
import { serviceAddress } from './backends/service-address.ts';
import type { StreamTables } from './streams/stream-tables.ts';
import { type UpstreamUse, withPolicy } from './backends/upstream-uses.ts';
import type { VirtualHostRow } from './virtual-host.ts';

export interface UsedUpstreamSources {
  readonly folds: Table<VirtualHostRow>;
  readonly streams: StreamTables;
  /** Ports of Services, as upstreams without a policy, and their endpoints. */
  readonly ports: Table<Upstream>;
  readonly pods: Table<readonly Endpoint[]>;
  readonly backendSecrets: Table<BackendSecret>;
  readonly world: World;
  /** See `DerivedTableOptions.onFailure`. */
  readonly onFailure: (row: Key, error: Error | undefined) => void;
}

/** The upstreams that hosts and streams use, each with its policy. */
export class UsedUpstreams {
  readonly tables: readonly FollowingTable<unknown>[];
  readonly upstreams: Table<Upstream>;
  readonly endpoints: Table<readonly Endpoint[]>;

  constructor({ folds, streams, ports, pods, backendSecrets, world, onFailure }: UsedUpstreamSources) {
    const hostUses = new IndexTable('hostUses', folds, (row) => row.upstreams.keys());
    const canaries = new IndexTable('canaryUses', folds, ({ upstreams: used }) =>
      [...used].filter(([, { canary }]) => canary).map(([key]) => key),
    );
    const uses = new JoinedIndex('upstreamUses', [hostUses, streams.uses]);
    const useOf = (key: Key, [user = '']: readonly Key[], read: Read): UpstreamUse | undefined =>
      read.get(folds, user)?.upstreams.get(key) ?? streams.useOf(key, read);
    const upstreams = new DerivedTable<readonly Key[], Upstream>({
      name: 'upstreams',
      input: uses,
      compute: (users, read, key) => {
        const use = useOf(key, users, read);
        if (use === undefined) return undefined;
        const policy = withSecret(use.policy, (secret) => read.get(backendSecrets, secret));
        const upstream = withPolicy(key, { ...use, policy }, read.get(ports, use.base));
        return upstream && read.get(canaries, key) !== undefined ? { ...upstream, canary: true } : upstream;
      },
      onFailure: (key, error) => onFailure(`upstreams ${key}`, error),
    });
    const endpoints = new DerivedTable<readonly Key[], readonly Endpoint[]>({
      name: 'endpoints',
      input: uses,
      compute: (users, read, key) => {
        const use = useOf(key, users, read);
        return use && (serviceAddress(read.get(ports, use.base), use.policy, read, world) ?? read.get(pods, use.base));
      },
      onFailure: (key, error) => onFailure(`endpoints ${key}`, error),
    });
    this.upstreams = upstreams;
    this.endpoints = endpoints;
    this.tables = [hostUses, canaries, uses, upstreams, endpoints];
  }
}
