import type { BackendSecret } from '../../src/model/backend-secret.ts';
import type { UserList } from '../../src/model/authentication.ts';
import type { Certificate } from '../../src/model/certificate.ts';
import { Redacted } from '../../src/model/certificate.ts';
import { defaultEdgeSettings } from '../../src/ingress/config/edge.ts';
import { edgeKey, type EdgeSettings } from '../../src/model/edge.ts';
import type { Listener } from '../../src/model/listener.ts';
import type { HostTls } from '../../src/model/host-tls.ts';
import type { Route } from '../../src/model/route.ts';
import type { StreamListener } from '../../src/model/stream-listener.ts';
import type { Endpoint, Upstream } from '../../src/model/upstream.ts';
import type { VirtualHost } from '../../src/model/virtual-host.ts';
import { Assembly, type BegunPass, type Pass } from '../../src/runtime/assembly.ts';
import { Failures } from '../../src/runtime/failures.ts';
import { type Changes, type Key, SourceTable, type Table } from '../../src/store/table.ts';
import type { Resource } from '../../src/snapshot/resource.ts';
import type { ListenOptions } from '../../src/xds/options.ts';

export interface ModelRows {
  readonly virtualHosts?: Readonly<Record<string, VirtualHost | undefined>>;
  readonly upstreams?: Readonly<Record<string, Upstream | undefined>>;
  readonly endpoints?: Readonly<Record<string, readonly Endpoint[] | undefined>>;
  readonly certificates?: Readonly<Record<string, Certificate | undefined>>;
  readonly hostCertificates?: Readonly<Record<string, HostTls | undefined>>;
  readonly listeners?: Readonly<Record<string, Listener | undefined>>;
  /** Stay as they are where they are not given. */
  readonly edge?: EdgeSettings;
}

export interface ModelSourceOptions {
  readonly listen?: ListenOptions;
  readonly cluster?: (upstream: Upstream) => Resource;
}

/** A Model that a test writes by itself: nothing has checked it. */
export class ModelSource {
  readonly assembly: Assembly;
  readonly #tables = {
    virtualHosts: new SourceTable<VirtualHost>('virtualHosts'),
    upstreams: new SourceTable<Upstream>('upstreams'),
    endpoints: new SourceTable<readonly Endpoint[]>('endpoints'),
    streams: new SourceTable<StreamListener>('streams'),
    certificates: new SourceTable<Certificate>('certificates'),
    hostCertificates: new SourceTable<HostTls>('hostCertificates'),
    defaultCertificates: new SourceTable<Certificate>('defaultCertificates'),
    userLists: new SourceTable<UserList>('userLists'),
    backendSecrets: new SourceTable<BackendSecret>('backendSecrets'),
    edge: new SourceTable<EdgeSettings>('edge'),
    listeners: new SourceTable<Listener>('listeners'),
  };

  constructor(options: ModelSourceOptions = {}) {
    const { listen = { address: '127.0.0.1', httpPort: 8080, httpsPort: 8443 }, cluster } = options;
    this.#tables.edge.set(edgeKey, defaultEdgeSettings());
    this.assembly = new Assembly({
      fleet: 'naru',
      listen,
      model: this.#tables,
      tables: [],
      reporting: [],
      failures: new Failures(),
      ...(cluster === undefined ? {} : { cluster }),
    });
  }

  /** `quarantined`: rows of the quarantine that were put in by hand. */
  change(rows: ModelRows, quarantined: Iterable<Key> = []): Pass {
    return this.assembly.pass(this.#put(rows, quarantined), 'test');
  }

  /** The first change, in two halves. */
  begin(rows: ModelRows): BegunPass<string> {
    return this.assembly.begin(this.#put(rows, []));
  }

  #put(rows: ModelRows, quarantined: Iterable<Key>): Changes {
    const changes = new Map<Table<unknown>, Set<Key>>([
      [this.assembly.quarantine, new Set(quarantined)],
      [this.#tables.edge, new Set([edgeKey])],
    ]);
    if (rows.edge !== undefined) this.#tables.edge.set(edgeKey, rows.edge);
    const put = <T>(table: SourceTable<T>, values: Readonly<Record<Key, T | undefined>> = {}): void => {
      for (const [key, value] of Object.entries(values)) table.set(key, value);
      changes.set(table, new Set(Object.keys(values)));
    };
    put(this.#tables.virtualHosts, rows.virtualHosts);
    put(this.#tables.upstreams, rows.upstreams);
    put(this.#tables.endpoints, rows.endpoints);
    put(this.#tables.certificates, rows.certificates);
    put(this.#tables.hostCertificates, rows.hostCertificates);
    put(this.#tables.listeners, rows.listeners);
    return changes;
  }
}

function sourcesOf(name: string) {
  return [{ kind: 'Ingress', namespace: 'shop', name, field: 'spec.rules[0]' }];
}

/** A route that answers by itself. A body beyond 4 KiB is what Envoys refuse. */
export function answering(path: string, body: string, owner: string): Route {
  return {
    name: `shop/${owner} ${path}`,
    match: { type: 'prefix', path },
    action: { type: 'answer', status: 200, body },
    sources: sourcesOf(owner),
  };
}

export const tooMuch = 'x'.repeat(5000);

export function forwarding(path: string, upstream: string, owner: string): Route {
  const action = { type: 'forward', upstreams: [{ upstream, weight: 100 }] } as const;
  return { name: `shop/${owner} ${path}`, match: { type: 'prefix', path }, action, sources: sourcesOf(owner) };
}

export function hosts(...rows: readonly VirtualHost[]): Readonly<Record<string, VirtualHost>> {
  return Object.fromEntries(rows.map((row) => [row.hostname, row]));
}

/** A Service's port that is served at these ports of this machine; its rows in both tables. */
export function service(
  name: string,
  ports: readonly number[],
  address = '127.0.0.1',
): Required<Pick<ModelRows, 'upstreams' | 'endpoints'>> {
  const key = `shop/${name}/80`;
  const sources = [{ kind: 'Service', namespace: 'shop', name }];
  return {
    upstreams: { [key]: { key, namespace: 'shop', service: name, port: 80, sources } },
    endpoints: { [key]: ports.map((port) => ({ address, port })) },
  };
}

export function certificate(name: string, { chain, privateKey }: { readonly chain: string; readonly privateKey: string }): Certificate {
  const sources = [{ kind: 'Secret', namespace: 'shop', name }];
  return {
    key: `shop/${name}`,
    names: [],
    notBefore: '',
    notAfter: '',
    chain,
    fingerprint: '',
    privateKey: new Redacted(Buffer.from(privateKey)),
    sources,
  };
}
