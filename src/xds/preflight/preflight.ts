import { violations } from '../../proto/validate.ts';
import { DerivedTable, type Read, type OnFailure } from '../../store/derived-table.ts';
import { OverlayTable } from '../../store/overlay-table.ts';
import type { FollowingTable, Key, Table } from '../../store/table.ts';
import { variablePart } from '../clusters/cluster.ts';
import { checkCertificate } from './certificate.ts';
import { checkEndpoints } from './endpoints.ts';
import { checkVirtualHost, hostnameObjection } from './host.ts';
import { type Checked, constraintObjection, objected } from './objection.ts';
import type { ModelTables } from '../rendering.ts';

/** A table of the Model less what Envoy would refuse. */
interface Cleared<T> {
  readonly refused: DerivedTable<T, Checked<T>>;
  readonly table: OverlayTable<T>;
}

/**
 * Finds what Envoys are known to refuse before anything is sent: of a response with one bad resource Envoy may drop the
 * good ones as well. What would be refused is replaced or left out and reported; everything else passes through as it is.
 * It depends on the Model alone and not on what was served before, so that every replica comes to the same result.
 */
export class Preflight {
  /** What to render. */
  readonly model: ModelTables;
  /** In the order in which they are refreshed, after those of the Model. */
  readonly tables: readonly FollowingTable<unknown>[];
  /** Tables whose rows carry problems. */
  readonly reporting: readonly Table<Checked<unknown>>[];
  readonly #onFailure: OnFailure;

  /** For `onFailure` see `DerivedTableOptions`. */
  constructor(model: ModelTables, onFailure: OnFailure) {
    this.#onFailure = onFailure;
    const upstreams = this.#clear('upstreams', model.upstreams, (upstream) => {
      const objection = constraintObjection(
        'NR715',
        `the backend ${upstream.key}`,
        violations('envoy.config.cluster.v3.Cluster', variablePart(upstream)),
      );
      if (objection === undefined) return undefined;
      const done = 'It is left out: routes that have no other backend answer 503.';
      return { problems: [objected(objection, upstream.sources[0], `cluster ${upstream.key}`, done)] };
    });
    const endpoints = this.#clear('endpoints', model.endpoints, (found, read, key) =>
      checkEndpoints(found, () => read.get(model.upstreams, key)),
    );
    const virtualHosts = this.#clear('virtual hosts', model.virtualHosts, (host, read) => {
      // All of them, since there is hardly ever one: a record of each read would cost every host memory.
      const refused = read.all(upstreams.refused);
      return checkVirtualHost(host, refused.size === 0 ? undefined : (cluster) => refused.has(cluster));
    });
    const streams = this.#clear('streams', model.streams, (stream, read) =>
      // That is said of the upstream already.
      read.all(upstreams.refused).has(stream.upstream) ? { problems: [] } : undefined,
    );
    const certificates = this.#clear('certificates', model.certificates, checkCertificate);
    const defaultCertificates = this.#clear('default certificates', model.defaultCertificates, checkCertificate);
    const hostCertificates = this.#clear('host certificates', model.hostCertificates, (row, read, hostname) => {
      // That is said of the virtual host already.
      if (hostnameObjection(hostname) !== undefined) return { problems: [] };
      const { certificate, ...others } = row;
      if (certificate === undefined || !read.all(certificates.refused).has(certificate)) return undefined;
      return { value: others, problems: [] };
    });

    this.model = {
      upstreams: upstreams.table,
      endpoints: endpoints.table,
      virtualHosts: virtualHosts.table,
      streams: streams.table,
      certificates: certificates.table,
      hostCertificates: hostCertificates.table,
      defaultCertificates: defaultCertificates.table,
      userLists: model.userLists,
      backendSecrets: model.backendSecrets,
      edge: model.edge,
      listeners: model.listeners,
    };
    const cleared = [upstreams, endpoints, virtualHosts, streams, certificates, hostCertificates, defaultCertificates];
    this.tables = cleared.flatMap(({ refused, table }): FollowingTable<unknown>[] => [refused, table]);
    this.reporting = cleared.map(({ refused }): Table<Checked<unknown>> => refused);
  }

  /** Rows are made only for what is objected to, which is most often nothing. */
  #clear<T>(name: string, input: Table<T>, compute: (row: T, read: Read, key: Key) => Checked<T> | undefined): Cleared<T> {
    const refused = new DerivedTable<T, Checked<T>>({
      name: `refused ${name}`,
      input,
      compute,
      onFailure: (key, error) => this.#onFailure(`check of ${name} ${key}`, error),
    });
    return { refused, table: new OverlayTable(`checked ${name}`, [input], refused) };
  }
}
