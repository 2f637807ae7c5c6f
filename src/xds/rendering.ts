import type { Certificate } from '../model/certificate.ts';
import type { Endpoint, Upstream } from '../model/upstream.ts';
import { anyHost, type VirtualHost } from '../model/virtual-host.ts';
import type { Resource, TypeName } from '../snapshot/resource.ts';
import { DerivedTable, type Read } from '../store/derived-table.ts';
import { IndexTable } from '../store/index-table.ts';
import { OnlyRow } from '../store/only-row.ts';
import type { FollowingTable, Key, Table } from '../store/table.ts';
import { renderCluster } from './cluster.ts';
import { renderHttpListener, renderHttpsListener } from './listener.ts';
import { renderLoadAssignment } from './load-assignment.ts';
import { sameResource } from './make-resource.ts';
import type { ListenOptions } from './options.ts';
import { renderRouteConfiguration, routeConfigurationName } from './route-configuration.ts';
import { defaultCertificateName, renderDefaultCertificate, renderSecret } from './secret.ts';
import { type EncodedVirtualHost, renderVirtualHost } from './virtual-host.ts';

/** The Model, as tables that a translation keeps. */
export interface ModelTables {
  readonly virtualHosts: Table<VirtualHost>;
  readonly upstreams: Table<Upstream>;
  readonly endpoints: Table<readonly Endpoint[]>;
  readonly certificates: Table<Certificate>;
  readonly hostCertificates: Table<{ readonly certificate?: Key }>;
}

export interface RenderingOptions {
  readonly listen: ListenOptions;
  /** See `DerivedTableOptions.onFailure`. */
  readonly onFailure: (row: Key, error: Error | undefined) => void;
}

/** Model → Envoy resources of one fleet, as tables that follow the Model. A row's key is its resource's name. */
export class Rendering {
  readonly tables: readonly FollowingTable<unknown>[];
  /** Every table of resources with the type of what is in it. */
  readonly resources: readonly { readonly type: TypeName; readonly table: Table<Resource> }[];
  readonly #onFailure: RenderingOptions['onFailure'];

  constructor(model: ModelTables, { listen, onFailure }: RenderingOptions) {
    this.#onFailure = onFailure;
    const clusters = this.#derive('clusters', model.upstreams, renderCluster);
    const endpoints = this.#derive('load assignments', model.endpoints, (found, read, key) => {
      const upstream = read.get(model.upstreams, key);
      return upstream === undefined ? undefined : renderLoadAssignment(upstream, found);
    });

    const encodedHosts = new DerivedTable<VirtualHost, EncodedVirtualHost>({
      name: 'encoded virtual hosts',
      input: model.virtualHosts,
      compute: (host, read) => renderVirtualHost(host, needsAnyHost(host) ? read.get(model.virtualHosts, anyHost) : undefined),
      same: (a, b) => a.bytes.equals(b.bytes),
      onFailure: (key, error) => onFailure(`encoded virtual host ${key}`, error),
    });
    const routeConfiguration = new OnlyRow(routeConfigurationName);
    const routes = this.#derive('route configurations', routeConfiguration, (_, read) => renderRouteConfiguration(read.all(encodedHosts)));

    const hostsByCertificate = new IndexTable('hostsByCertificate', model.hostCertificates, ({ certificate }) =>
      certificate === undefined ? [] : [certificate],
    );
    const secrets = this.#derive('secrets', hostsByCertificate, (_, read, key) => {
      const certificate = read.get(model.certificates, key);
      return certificate === undefined ? undefined : renderSecret(certificate);
    });
    const defaultCertificate = new OnlyRow(defaultCertificateName);
    const ownSecrets = this.#derive('own secrets', defaultCertificate, () =>
      listen.defaultCertificate === undefined ? undefined : renderDefaultCertificate(listen.defaultCertificate),
    );
    const httpListener = new OnlyRow('http');
    const http = this.#derive('http listener', httpListener, () => renderHttpListener(listen));
    const httpsListener = new OnlyRow('https');
    const https = this.#derive('https listener', httpsListener, (_, read) => renderHttpsListener(read.all(hostsByCertificate), listen));

    this.resources = [
      { type: 'clusters', table: clusters },
      { type: 'endpoints', table: endpoints },
      { type: 'secrets', table: secrets },
      { type: 'secrets', table: ownSecrets },
      { type: 'listeners', table: http },
      { type: 'listeners', table: https },
      { type: 'routes', table: routes },
    ];
    this.tables = [
      ...[clusters, endpoints, encodedHosts, routeConfiguration, routes],
      ...[hostsByCertificate, secrets, defaultCertificate, ownSecrets, httpListener, http, httpsListener, https],
    ];
  }

  #derive<I>(name: string, input: Table<I>, compute: (row: I, read: Read, key: Key) => Resource | undefined): DerivedTable<I, Resource> {
    const onFailure = (key: Key, error: Error | undefined): void => this.#onFailure(`${name} ${key}`, error);
    return new DerivedTable({ name, input, compute, same: sameResource, onFailure });
  }
}

/** Whether what is rendered for a host depends on the virtual host under any hostname. */
function needsAnyHost({ hostname, fallback }: VirtualHost): boolean {
  return hostname !== anyHost && (fallback === undefined || hostname.startsWith('*.'));
}
