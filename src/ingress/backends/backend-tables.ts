import { objectKey } from '../../kube/event.ts';
import type { Problem } from '../../model/problem.ts';
import type { Endpoint, Upstream } from '../../model/upstream.ts';
import type { OnFailure } from '../../store/derived-table.ts';
import { type Derive, deriving } from '../../store/deriving.ts';
import { IndexTable } from '../../store/index-table.ts';
import { JoinedIndex } from '../../store/joined-index.ts';
import type { FollowingTable, Key, Table } from '../../store/table.ts';
import type { World } from '../../store/world.ts';
import { type Backend, backendRef, errorBackendsOf, resolveBackend } from './backend.ts';
import { findEndpoints } from './endpoints.ts';
import { backendsOf, type IngressRow } from '../ingress-row.ts';
import { makeUpstream } from './make-upstream.ts';
import type { IngressOptions } from '../options.ts';
import { isOfNames, namesNotUsed } from './slice-problems.ts';

export interface BackendSources {
  readonly ingresses: Table<IngressRow>;
  /** References besides those of Ingresses. */
  readonly defaultBackend: readonly Key[];
  readonly otherRefs: Table<readonly Key[]>;
  readonly options: IngressOptions;
  readonly onFailure: OnFailure;
}

/** What the backends of Ingresses stand for, as tables that follow Ingresses, Services and EndpointSlices. */
export class BackendTables {
  readonly tables: readonly FollowingTable<unknown>[];
  /** By the reference that an Ingress makes. */
  readonly backends: Table<Backend>;
  /** Ports of Services that a backend names, as upstreams without a policy. */
  readonly ports: Table<Upstream>;
  /** The endpoints of each port; none for one that is found by name. */
  readonly pods: Table<readonly Endpoint[]>;
  /** Whether requests to a port would be answered. */
  readonly readiness: Table<boolean>;
  readonly reporting: Table<{ readonly problems: readonly Problem[] }>;
  readonly #derive: Derive;

  constructor(world: World, { ingresses, defaultBackend, otherRefs, options, onFailure }: BackendSources) {
    this.#derive = deriving(onFailure);
    const ingressRefs = new IndexTable('ingressRefs', ingresses, refsOf, defaultBackend);
    const refs = new JoinedIndex('backendRefs', [ingressRefs, otherRefs]);
    const backends = this.#derive('backends', refs, (_, read, ref): Backend => resolveBackend(ref, read, world, options));
    const portRefs = new IndexTable('servicePortRefs', backends, (backend) => (backend.ok ? [backend.upstream] : []));
    const ports = this.#derive('servicePorts', portRefs, (members, read, key) => {
      const named = members.flatMap((ref) => read.get(backends, ref) ?? []);
      return makeUpstream(key, named, read, world, options);
    });
    const pods = this.#derive('pods', ports, (upstream, read) =>
      upstream.lookup === undefined ? findEndpoints(upstream, read, world, options.compatibility) : undefined,
    );
    const readiness = this.#derive('readiness', ports, ({ key, namespace, service, lookup }, read): boolean => {
      if (lookup !== undefined || (read.get(pods, key) ?? []).length > 0) return true;
      return options.assumePods && read.get(world.slicesByService, objectKey(namespace, service)) === undefined;
    });
    const nameSlices = new IndexTable('nameSlices', world.objects.EndpointSlice, (slice, key) => (isOfNames(slice) ? [key] : []));
    const sliceProblems = this.#derive('sliceProblems', nameSlices, (_, read, key) => {
      const slice = read.get(world.objects.EndpointSlice, key);
      return slice === undefined ? undefined : { problems: [namesNotUsed(slice)] };
    });

    this.backends = backends;
    this.ports = ports;
    this.pods = pods;
    this.readiness = readiness;
    this.reporting = sliceProblems;
    this.tables = [ingressRefs, refs, backends, portRefs, ports, pods, readiness, nameSlices, sliceProblems];
  }
}

function refsOf(row: IngressRow): Key[] {
  return [...backendsOf(row).flatMap((backend) => backendRef(row.metadata.namespace, backend) ?? []), ...errorBackendsOf(row)];
}
