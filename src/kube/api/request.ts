import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { finished } from 'node:stream';
import type { Connection, RequestSettings } from '../connection.ts';
import { Failure, failureOf, failureOfStatus } from './failure.ts';

export interface GetOptions {
  readonly signal: AbortSignal;
  /** So long the server may say nothing, before or during its answer. */
  readonly idleMs: number;
  /** Another form of the answer than the whole objects. */
  readonly accept?: string | undefined;
}

export interface Content {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly type: string;
  readonly text: string;
}

export interface RequestOptions extends GetOptions {
  /** Absent: a GET request. */
  readonly content?: Content;
}

/** Sends a request to the API server and resolves with the answer's stream if it was done. */
export async function exchange(connection: Connection, target: string, options: RequestOptions): Promise<IncomingMessage> {
  const settings = await settingsOf(connection);
  let response: IncomingMessage;
  try {
    response = await send(connection, settings, target, options);
  } catch (error) {
    // A kept connection that the server closed at the very moment we used it.
    const stale = failureOf(error).code === 'ECONNRESET' && (error as { reused?: boolean }).reused === true;
    if (!stale || options.signal.aborted) throw error;
    response = await send(connection, settings, target, options);
  }
  if (response.statusCode === 200 || response.statusCode === 201) return response;
  throw await refusal(response);
}

async function settingsOf(connection: Connection): Promise<RequestSettings> {
  try {
    return await connection.requestOptions();
  } catch (error) {
    throw new Failure(`the credentials cannot be read: ${(error as Error).message}`);
  }
}

export async function exchangeJson(connection: Connection, target: string, options: RequestOptions): Promise<unknown> {
  return parseJson(await textOf(await exchange(connection, target, options)));
}

function send(
  connection: Connection,
  settings: RequestSettings,
  target: string,
  { signal, idleMs, content, accept = 'application/json' }: RequestOptions,
): Promise<IncomingMessage> {
  const url = new URL(connection.server.replace(/\/+$/, '') + target);
  const { request } = url.protocol === 'http:' ? http : https;
  return new Promise((resolve, reject) => {
    const about = content === undefined ? {} : { 'content-type': content.type, 'content-length': Buffer.byteLength(content.text) };
    const headers = { accept, 'user-agent': 'naru', ...about, ...settings.headers };
    const sent = request(url, { ...settings, headers, signal, timeout: idleMs, method: content?.method ?? 'GET' });
    let answer: IncomingMessage | undefined;
    sent.on('response', (response) => {
      answer = response;
      // Whoever reads hears of it; when nobody reads any more, nobody has to.
      response.on('error', ignore);
      resolve(response);
    });
    sent.on('error', (error) => reject(Object.assign(error, { reused: sent.reusedSocket })));
    sent.on('timeout', () => {
      const silence = new Failure(`the API server said nothing for ${Math.round(idleMs / 1000)} s`, { code: 'ETIMEDOUT' });
      (answer ?? sent).destroy(silence);
    });
    sent.on('socket', (socket) => {
      // Networks forget connections on which nothing is said.
      socket.setKeepAlive(true, 30_000);
      // A kept socket has no owner for a moment between two requests; an abort that strikes then would end the process.
      if (!socket.listeners('error').includes(ignore)) socket.on('error', ignore);
    });
    sent.end(content?.text);
  });
}

function ignore(): void {}

async function refusal(response: IncomingMessage): Promise<Failure> {
  const retryAfterMs = retryAfter(response.headers['retry-after']);
  let status: unknown;
  try {
    status = JSON.parse(await textOf(response));
  } catch {
    // Proxies and balancers answer with pages of their own.
  }
  return failureOfStatus(status, response.statusCode, retryAfterMs);
}

/** Seconds, or a date: https://www.rfc-editor.org/rfc/rfc9110#field.retry-after. */
export function retryAfter(header: string | undefined, now = Date.now()): number | undefined {
  if (header === undefined) return undefined;
  const wait = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(wait) ? undefined : Math.max(wait, 0);
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** Takes an answer in as it comes; rejects when it breaks off, or when taking fails. To iterate over it would take twice as long. */
export function eachChunk(response: IncomingMessage, take: (chunk: Buffer) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    finished(response, (error) => (error ? reject(error) : resolve()));
    response.on('data', (chunk: Buffer) => {
      try {
        take(chunk);
      } catch (error) {
        reject(error);
        response.destroy();
      }
    });
  });
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Failure('the API server sent something that is not JSON', { relist: true });
  }
}
