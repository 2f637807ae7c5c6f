import { anyHost } from '../model/virtual-host.ts';
import { DerivedTable, type Read, type OnFailure } from '../store/derived-table.ts';
import { IndexTable } from '../store/index-table.ts';
import type { FollowingTable, Key, Table } from '../store/table.ts';
import { oldestFirst } from './age.ts';
import { type HostRole, otherNamesOf, roleOf } from './host-role.ts';
import { hostsOf, type IngressRow } from './ingress-row.ts';
import type { IngressOptions } from './options.ts';

export interface HostSources {
  readonly ingresses: Table<IngressRow>;
  readonly options: IngressOptions;
  readonly onFailure: OnFailure;
}

/** Who speaks of which hostname, and what it is to them. */
export class HostTables {
  /** Hostname → keys of the Ingresses that speak of it. */
  readonly hosts: Table<readonly Key[]>;
  readonly roles: Table<HostRole>;
  readonly tables: readonly FollowingTable<unknown>[];
  readonly #sources: HostSources;

  constructor(sources: HostSources) {
    this.#sources = sources;
    const { ingresses, options, onFailure } = sources;
    const always = options.defaultBackendService === undefined ? [] : [anyHost];
    const hosts = new IndexTable('hosts', ingresses, (row) => [...hostsOf(row), ...otherNamesOf(row)], always);
    const roles = new DerivedTable<readonly Key[], HostRole>({
      name: 'host roles',
      input: hosts,
      compute: (members, read, hostname) =>
        roleOf(hostname, this.rowsOf(members, read), (other) => this.rowsOf(read.get(hosts, other) ?? [], read)),
      onFailure: (key, error) => onFailure(`host role ${key}`, error),
    });
    this.hosts = hosts;
    this.roles = roles;
    this.tables = [hosts, roles];
  }

  /** The oldest first. */
  rowsOf(members: readonly Key[], read: Read): readonly IngressRow[] {
    const { ingresses, options } = this.#sources;
    return oldestFirst(
      members.flatMap((key) => read.get(ingresses, key) ?? []),
      options.compatibility,
    );
  }
}
