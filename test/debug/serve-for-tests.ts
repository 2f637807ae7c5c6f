import assert from 'node:assert/strict';
import { type IncomingHttpHeaders, request } from 'node:http';
import type { TestContext } from 'node:test';
import { startDebugServer } from '../../src/debug/server.ts';
import type { DebugView } from '../../src/debug/view.ts';
import { viewOf } from './view-for-tests.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

interface Options {
  readonly method?: string;
  readonly headers?: Record<string, string>;
}

type Ask = (path: string, options?: Options) => Promise<Answer>;

export async function serve(t: TestContext, view: Partial<DebugView>, host = '127.0.0.1'): Promise<Ask> {
  const port = await servePort(t, view, host);
  return (path, options = {}) =>
    new Promise((resolve, reject) => {
      const sent = request({ host: '127.0.0.1', port, path, agent: false, ...options }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      });
      sent.on('error', reject).end();
    });
}

/** Of a debug endpoint with this view. */
export async function servePort(t: TestContext, view: Partial<DebugView>, host = '127.0.0.1'): Promise<number> {
  const server = await startDebugServer({ host, port: 0, view: viewOf(view), version: '1.2.3' });
  t.after(() => server.close());
  return server.port;
}

export async function json(answer: Promise<Answer>): Promise<Record<string, unknown>> {
  const { headers, text } = await answer;
  assert.match(headers['content-type'] ?? '', /^application\/json/);
  return JSON.parse(text) as Record<string, unknown>;
}
