import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { findEnvoy } from '../../dev/find-envoy.ts';
import type { Explanation } from '../../explain/explain.ts';
import { expectedAnswer, oracleBootstrap, type OracleAnswer, readAnswer } from '../../explain/oracle-bootstrap.ts';
import type { ExplainedRequest } from '../../explain/request.ts';
import type { MessageReader } from '../../explain/resource-reader.ts';
import { makeDefaultCertificate } from '../../runtime/default-certificate.ts';
import { UsageError } from '../usage-error.ts';

/** What an Envoy says of an explanation. */
export interface Verification {
  readonly version: string;
  readonly tookMs: number;
  readonly agrees: boolean;
  readonly expected: OracleAnswer;
  readonly answered: OracleAnswer;
}

const patienceMs = 10_000;

/**
 * Starts an Envoy with the same connection manager and routes and sends it the request. Undefined where the request does not come to
 * a route. @throws UsageError where there is no Envoy
 */
export async function askEnvoy(
  explanation: Explanation,
  request: ExplainedRequest,
  reader: MessageReader,
): Promise<Verification | undefined> {
  const envoy = await findEnvoy();
  if (!envoy.found) throw new UsageError(envoy.message);
  const folder = mkdtempSync(join(tmpdir(), 'naru-verify-'));
  const socket = join(folder, 'http');
  try {
    const bootstrap = oracleBootstrap(reader, request, explanation, { socket, certificate: await makeDefaultCertificate() });
    if (bootstrap === undefined) return undefined;
    writeFileSync(join(folder, 'bootstrap.pb'), bootstrap);
    const { answered, tookMs } = await answerOf(envoy.path, join(folder, 'bootstrap.pb'), request, socket);
    const expected = expectedAnswer(explanation, request);
    const agrees = answered.status === expected.status && answered.says === expected.says;
    return { version: envoy.version, tookMs, agrees, expected, answered };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function answerOf(
  envoy: string,
  bootstrap: string,
  request: ExplainedRequest,
  socket: string,
): Promise<{ readonly answered: OracleAnswer; readonly tookMs: number }> {
  const flags = ['--use-dynamic-base-id', '--concurrency', '1', '--log-level', 'error', '-c', bootstrap];
  const child = spawn(envoy, flags, { stdio: ['ignore', 'ignore', 'pipe'] });
  const said = text(child.stderr);
  const ended = once(child, 'exit').then(async () => {
    throw new Error(`The Envoy that was asked ended: ${await said}`);
  });
  ended.catch(() => {});
  try {
    const deadline = performance.now() + patienceMs;
    for (;;) {
      try {
        const start = performance.now();
        const answered = await Promise.race([send(request, socket), ended]);
        return { answered, tookMs: performance.now() - start };
      } catch (error) {
        // It does not listen yet.
        const { code } = error as NodeJS.ErrnoException;
        if ((code !== 'ENOENT' && code !== 'ECONNREFUSED') || performance.now() > deadline) throw error;
        await pause(20);
      }
    }
  } finally {
    child.kill('SIGKILL');
  }
}

async function send({ method, scheme, authority, path, headers }: ExplainedRequest, socketPath: string): Promise<OracleAnswer> {
  const options = { socketPath, method, path, headers: { host: authority, ...Object.fromEntries(headers) } };
  const servername = authority.replace(/:\d*$/, '');
  // The certificate is one for everybody.
  const sent = scheme === 'http' ? http.request(options) : https.request({ ...options, servername, rejectUnauthorized: false });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  return readAnswer(response.statusCode ?? 0, response.headers, await text(response));
}
