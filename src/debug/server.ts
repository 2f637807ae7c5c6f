import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Review } from './access.ts';
import { debugApp } from './app.ts';
import { Metrics } from './metrics.ts';
import type { DebugView } from './view.ts';

export interface DebugServerOptions {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly view: DebugView;
  /** Naru's version, for `naru_build_info`. */
  readonly version?: string;
  /** Asked about whoever comes from another machine, or changes something; absent: only this machine reads more than health and metrics. */
  readonly review?: Review | undefined;
  /** See `AppOptions`. */
  readonly profiling?: boolean | undefined;
}

export interface DebugServer {
  readonly port: number;
  readonly metrics: Metrics;
  close(): Promise<void>;
}

/** Serves the debug endpoint, health checks and metrics. Rejects when the address cannot be had. */
export async function startDebugServer(options: DebugServerOptions): Promise<DebugServer> {
  const { host, port, view, version = 'unknown', review, profiling } = options;
  const metrics = new Metrics(view, version);
  const app = debugApp({ view, metrics, version, review, profiling });
  const answer = getRequestListener(app.fetch, { overrideGlobalObjects: false });
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) =>
      reject(new Error(`The debug endpoint cannot listen at ${host}:${port}: ${error.message}`, { cause: error })),
    );
    server.listen({ host, port }, resolve);
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { port: (server.address() as AddressInfo).port, metrics, close };
}
