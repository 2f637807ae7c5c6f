import { objectKey } from '../kube/event.ts';
import type { Problem } from '../model/problem.ts';
import type { Certificate } from '../model/certificate.ts';
import type { Endpoint, Upstream } from '../model/upstream.ts';
import type { VirtualHost } from '../model/virtual-host.ts';
import { DerivedTable, type Read } from '../store/derived-table.ts';
import { IndexTable } from '../store/index-table.ts';
import type { FollowingTable, Key, Table } from '../store/table.ts';
import type { World } from '../store/world.ts';
import { type Backend, backendRef, resolveBackend } from './backend.ts';
import { CertificateTables } from './certificate-tables.ts';
import { findEndpoints } from './endpoints.ts';
import type { HostCertificateRow } from './host-certificate.ts';
import { backendsOf, hostsOf, type IngressRow, readIngress } from './ingress-row.ts';
import type { IngressOptions } from './options.ts';
import { foldVirtualHost, type VirtualHostRow } from './virtual-host.ts';

export interface TranslationOptions {
  readonly ingress: IngressOptions;
  /** See `DerivedTableOptions.onFailure`. */
  readonly onFailure: (row: Key, error: Error | undefined) => void;
}

/**
 * World → Model for Ingress, as tables that follow the World. They are declared in the order in which they are
 * refreshed: each reads only what stands above it.
 */
export class IngressTranslation {
  readonly tables: readonly FollowingTable<unknown>[];
  readonly ingresses: Table<IngressRow>;
  /** Hostname → keys of the Ingresses that speak of it. */
  readonly hosts: Table<readonly Key[]>;
  readonly upstreams: Table<Upstream>;
  readonly endpoints: Table<readonly Endpoint[]>;
  readonly virtualHosts: Table<VirtualHost>;
  readonly certificates: Table<Certificate>;
  /** Hostname → key of its certificate. */
  readonly hostCertificates: Table<HostCertificateRow>;
  readonly defaultCertificates: Table<Certificate>;
  /** Tables whose rows carry problems. */
  readonly reporting: readonly Table<{ readonly problems: readonly Problem[] }>[];

  readonly #onFailure: TranslationOptions['onFailure'];

  constructor(world: World, { ingress: options, onFailure }: TranslationOptions) {
    this.#onFailure = onFailure;
    const ingresses = this.#derive(
      'ingresses',
      world.objects.Ingress,
      (ingress, read): IngressRow => readIngress(ingress, read, world, options),
    );

    const backendRefs = new IndexTable('backendRefs', ingresses, (row) => refsOf(row));
    const backends = this.#derive('backends', backendRefs, (_, read, ref): Backend => resolveBackend(ref, read, world));
    const upstreamRefs = new IndexTable('upstreamRefs', backends, (backend) => (backend.ok ? [backend.upstream] : []));
    const upstreams = this.#derive('upstreams', upstreamRefs, (refs, read, key) => makeUpstream(key, refs, read, backends));
    const endpoints = this.#derive('endpoints', upstreams, (upstream, read) => findEndpoints(upstream, read, world));
    const readiness = this.#derive('readiness', endpoints, (found, read, key): boolean => {
      const { namespace = '', service = '' } = read.get(upstreams, key) ?? {};
      const unknown = options.assumePods && read.get(world.slicesByService, objectKey(namespace, service)) === undefined;
      return found.length > 0 || unknown;
    });

    const hosts = new IndexTable('hosts', ingresses, hostsOf);
    const folds = this.#derive('folds', hosts, (members, read, hostname): VirtualHostRow => {
      const lookup = {
        backend: (ref: Key) => read.get(backends, ref),
        isReady: (upstream: Key) => read.get(readiness, upstream) === true,
      };
      return foldVirtualHost(hostname, readAll(read, ingresses, members), lookup);
    });
    const virtualHosts = this.#derive('virtualHosts', folds, ({ virtualHost }): VirtualHost => virtualHost);

    const tls = new CertificateTables(world, { ingresses, hosts, options, onFailure });

    this.ingresses = ingresses;
    this.hosts = hosts;
    this.upstreams = upstreams;
    this.endpoints = endpoints;
    this.virtualHosts = virtualHosts;
    this.certificates = tls.certificates;
    this.hostCertificates = tls.hostCertificates;
    this.defaultCertificates = tls.defaultCertificates;
    this.reporting = [ingresses, folds, ...tls.reporting];
    this.tables = [
      world.slicesByService,
      ...[ingresses, backendRefs, backends, upstreamRefs, upstreams, endpoints, readiness],
      ...[hosts, folds, virtualHosts],
      ...tls.tables,
    ];
  }

  #derive<I, O>(name: string, input: Table<I>, compute: (row: I, read: Read, key: Key) => O | undefined): DerivedTable<I, O> {
    return new DerivedTable({ name, input, compute, onFailure: (key, error) => this.#onFailure(`${name} ${key}`, error) });
  }
}

function refsOf(row: IngressRow): Key[] {
  return backendsOf(row).flatMap((backend) => backendRef(row.metadata.namespace, backend) ?? []);
}

function readAll<T>(read: Read, table: Table<T>, keys: readonly Key[]): T[] {
  return keys.flatMap((key) => read.get(table, key) ?? []);
}

function makeUpstream(key: Key, refs: readonly Key[], read: Read, backends: Table<Backend>): Upstream | undefined {
  const backend = refs.map((ref) => read.get(backends, ref)).find((found) => found?.ok === true);
  if (backend?.ok !== true) return undefined;
  const { namespace, service, port } = backend;
  return { key, namespace, service, port, sources: [{ kind: 'Service', namespace, name: service }] };
}
