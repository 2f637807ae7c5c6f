import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { decode, encode, type Messages } from '../../src/proto/codec.ts';
import { type OracleAnswer, readAnswer } from '../../src/explain/oracle-bootstrap.ts';
import type { ExplainedRequest } from '../../src/explain/request.ts';
import { envoyForTests } from '../dev/envoy-for-tests.ts';
import { built } from '../support/build.ts';
import { eventually } from '../support/eventually.ts';

type RouteConfiguration = Messages['envoy.config.route.v3.RouteConfiguration'];
type Manager = Messages['envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager'];

/** A real Envoy that serves one route table. */
export interface Oracle {
  readonly ask: (request: ExplainedRequest) => Promise<OracleAnswer>;
  readonly stop: () => Promise<void>;
}

/** Starts an Envoy with Naru's connection manager and these routes, in about 150 ms. */
export async function startOracle(routes: RouteConfiguration): Promise<Oracle> {
  const envoy = await startEnvoy((socket) => bootstrapOf(socket, routes));
  const ask = async (asked: ExplainedRequest): Promise<OracleAnswer> => {
    const { status, headers, body } = await envoy.send(asked);
    return readAnswer(status, headers, body);
  };
  return { ask, stop: envoy.stop };
}

export interface AskedEnvoy {
  readonly send: (
    request: ExplainedRequest,
  ) => Promise<{ readonly status: number; readonly headers: IncomingHttpHeaders; readonly body: string }>;
  readonly stop: () => Promise<void>;
}

let program: Promise<string> | undefined;

/** An Envoy whose bootstrap listens at the Unix socket that it is given. */
export async function startEnvoy(bootstrapAt: (socket: string) => Messages['envoy.config.bootstrap.v3.Bootstrap']): Promise<AskedEnvoy> {
  const folder = mkdtempSync(join(tmpdir(), 'naru-oracle-'));
  const socketPath = join(folder, 'http');
  const bootstrap = join(folder, 'bootstrap.pb');
  writeFileSync(bootstrap, encode('envoy.config.bootstrap.v3.Bootstrap', bootstrapAt(socketPath)));
  const flags = ['--use-dynamic-base-id', '--concurrency', '1', '--log-level', 'error', '-c', bootstrap];
  const envoy = spawn(await (program ??= envoyForTests()), flags, { stdio: ['ignore', 'ignore', 'inherit'] });
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  const sendTo: AskedEnvoy['send'] = (asked) => send(asked, socketPath, agent);
  await eventually('the oracle answers', () =>
    sendTo({ method: 'GET', scheme: 'http', authority: 'ready', path: '/', headers: new Map() }),
  );
  return {
    send: sendTo,
    stop: async () => {
      agent.destroy();
      const ended = once(envoy, 'exit');
      envoy.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

/** Naru's listener for HTTP, with the route table in it and no filter that would need more. */
function bootstrapOf(path: string, route_config: RouteConfiguration): Messages['envoy.config.bootstrap.v3.Bootstrap'] {
  const bytes = built([]).current?.resources.listeners.get('http')?.bytes ?? Buffer.of();
  const listener = decode('envoy.config.listener.v3.Listener', bytes);
  const [filter] = listener.filter_chains?.[0]?.filters?.slice(-1) ?? [];
  if (filter === undefined) throw new Error('the listener has no connection manager');
  const {
    rds: _rds,
    scoped_routes: _scopes,
    access_log: _logs,
    ...manager
  } = filter.typed_config as Manager & { readonly '@type': string };
  const inline = { ...manager, route_config, http_filters: manager.http_filters?.slice(-1) ?? [] };
  const filter_chains = [{ filters: [{ name: filter.name ?? '', typed_config: inline }] }];
  return { static_resources: { listeners: [{ name: 'oracle', address: { pipe: { path } }, filter_chains }] } };
}

async function send({ method, authority, path, headers }: ExplainedRequest, socketPath: string, agent: Agent) {
  const sent = request({ socketPath, agent, method, path, headers: { host: authority, ...Object.fromEntries(headers) } });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
}
