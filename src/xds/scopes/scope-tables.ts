import type { Listener } from '../../model/listener.ts';
import { hostnameOf, isExact, listenerOf } from '../../model/virtual-host.ts';
import type { Resource } from '../../snapshot/resource.ts';
import { DerivedTable, type Read, type OnFailure } from '../../store/derived-table.ts';
import { type DeriveResources, derivingResources } from '../deriving-resources.ts';
import { FilteredTable } from '../../store/filtered-table.ts';
import { IndexTable } from '../../store/index-table.ts';
import { OnlyRow } from '../../store/only-row.ts';
import { PrefixedTable } from '../../store/prefixed-table.ts';
import { RenamedTable } from '../../store/renamed-table.ts';
import type { FollowingTable, Key, Table } from '../../store/table.ts';
import type { RenderedHost } from '../quarantine/quarantine.ts';
import { renderHostScope, renderOtherHosts, scopeOf, scopeOfOthers } from './scope.ts';

/** Virtual hosts in scopes: each exact host by itself, and the others of the edge and of each listener together. */
export class ScopeTables {
  readonly tables: readonly FollowingTable<unknown>[];
  readonly served: readonly Table<Resource>[];
  readonly #derive: DeriveResources;
  readonly #hostsIn = new WeakMap<Resource, ReadonlyMap<Key, RenderedHost>>();

  constructor(hosts: Table<RenderedHost>, listeners: Table<Listener>, onFailure: OnFailure) {
    this.#derive = derivingResources(onFailure);
    const takingRequests = new DerivedTable<Listener, true>({
      name: 'listeners of requests',
      input: listeners,
      compute: ({ chains }) => (chains.some(({ takes }) => takes.type === 'requests') ? true : undefined),
    });
    const ofHosts = this.#derive('scopes', hosts, (host, read, key) => {
      const listener = listenerOf(key);
      const isServed = listener === undefined || read.get(takingRequests, listener) === true;
      return isServed && isExact(hostnameOf(key)) ? this.#note(renderHostScope(key, host), new Map([[key, host]])) : undefined;
    });
    const others = new FilteredTable('other hosts', hosts, (key) => !isExact(hostnameOf(key)));
    const othersIn = new IndexTable('other hosts in scopes', others, (_, key) => [scopeOf(key)]);
    const joined = (read: Read, listener?: string): Resource => {
      const keys = read.get(othersIn, scopeOfOthers(listener)) ?? [];
      const found = new Map(keys.flatMap((key) => [[key, read.get(others, key)] as const]).filter(isThere));
      return this.#note(renderOtherHosts(found, listener), found);
    };
    const onlyEdge = new OnlyRow(scopeOfOthers());
    const ofEdge = this.#derive('scope of other hosts', onlyEdge, (_, read) => joined(read));
    const ofListeners = this.#derive('scopes of other hosts', takingRequests, (_, read, listener) => joined(read, listener));
    const byName = new PrefixedTable(scopeOfOthers(''), ofListeners);
    const named = new RenamedTable('named scopes', ofHosts, scopeOf);
    this.served = [named, ofEdge, byName];
    this.tables = [takingRequests, ofHosts, named, others, othersIn, onlyEdge, ofEdge, ofListeners, byName];
  }

  /** The virtual hosts that a scope was put together from, by their keys. */
  hostsIn(scope: Resource | undefined): ReadonlyMap<Key, RenderedHost> {
    return (scope === undefined ? undefined : this.#hostsIn.get(scope)) ?? new Map();
  }

  #note(scope: Resource, hosts: ReadonlyMap<Key, RenderedHost>): Resource {
    this.#hostsIn.set(scope, hosts);
    return scope;
  }
}

function isThere(entry: readonly [Key, RenderedHost | undefined]): entry is readonly [Key, RenderedHost] {
  return entry[1] !== undefined;
}
