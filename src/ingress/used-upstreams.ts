import type { BackendSecret } from '../model/backend-secret.ts';
import type { Endpoint, Upstream } from '../model/upstream.ts';
import type { Read, OnFailure } from '../store/derived-table.ts';
import { deriving } from '../store/deriving.ts';
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
  readonly onFailure: OnFailure;
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
    const derive = deriving(onFailure);
    const upstreams = derive('upstreams', uses, (users, read, key): Upstream | undefined => {
      const use = useOf(key, users, read);
      if (use === undefined) return undefined;
      const policy = withSecret(use.policy, (secret) => read.get(backendSecrets, secret));
      const upstream = withPolicy(key, { ...use, policy }, read.get(ports, use.base));
      return upstream && read.get(canaries, key) !== undefined ? { ...upstream, canary: true } : upstream;
    });
    const endpoints = derive('endpoints', uses, (users, read, key) => {
      const use = useOf(key, users, read);
      return use && (serviceAddress(read.get(ports, use.base), use.policy, read, world) ?? read.get(pods, use.base));
    });
    this.upstreams = upstreams;
    this.endpoints = endpoints;
    this.tables = [hostUses, canaries, uses, upstreams, endpoints];
  }
}
