import type { Context, MiddlewareHandler } from 'hono';
import { getConnInfo } from '@hono/node-server/conninfo';
import { type Review, refusalFor, type Verb } from './access.ts';
import { problem } from './answer.ts';
import { type DebugPath, debugPaths } from './paths.ts';
import { isLoopback, isTrustedHost } from './trusted-host.ts';

/**
 * Who may ask. A connection from this machine, which `kubectl port-forward` makes, too, may ask for everything; one from elsewhere needs a
 * token for all but what probes and Prometheus read. The little that can be changed needs a token of whoever does it.
 */
export function guard(review: Review | undefined): MiddlewareHandler {
  return async (c, next) => {
    const local = isLocal(c);
    const row = (debugPaths as Readonly<Record<string, DebugPath>>)[c.req.path];
    const verb = verbOf(c.req.method, row);
    const refused =
      (local ? refuseName(c) : undefined) ??
      (verb === undefined ? notPossible(c, row) : undefined) ??
      (verb === 'put' || !(local || row?.open === true) ? await refuseUnknown(c, verb ?? 'get', review) : undefined);
    if (refused !== undefined) return refused;
    await next();
    c.header('cache-control', 'no-cache');
    c.header('x-content-type-options', 'nosniff');
    return undefined;
  };
}

function isLocal(c: Context): boolean {
  const { address = '' } = getConnInfo(c).remote;
  return isLoopback(address.replace(/^::ffff:/, ''));
}

/** A page from anywhere could otherwise read it. */
function refuseName(c: Context): Response | undefined {
  const host = c.req.header('host');
  if (isTrustedHost(host)) return undefined;
  return problem(
    c,
    403,
    `This endpoint does not answer to the name ${host ?? ''}: use localhost or an IP address. A page from elsewhere could otherwise read it.`,
  );
}

/** Undefined for what nobody can do. */
function verbOf(method: string, row: DebugPath | undefined): Verb | undefined {
  if (method === 'GET' || method === 'HEAD') return 'get';
  return method === 'PUT' && row?.put !== undefined ? 'put' : undefined;
}

async function refuseUnknown(c: Context, verb: Verb, review: Review | undefined): Promise<Response | undefined> {
  const refusal = await refusalFor(c.req.header('authorization'), { path: c.req.path, verb }, review);
  if (refusal === undefined) return undefined;
  if (refusal.status === 401) c.header('www-authenticate', 'Bearer');
  return problem(c, refusal.status, refusal.error);
}

function notPossible(c: Context, row: DebugPath | undefined): Response {
  const changes = row?.put !== undefined;
  c.header('allow', changes ? 'GET, HEAD, PUT' : 'GET, HEAD');
  return problem(c, 405, `${c.req.method} is not possible here${changes ? '' : ': nothing can be changed'}.`);
}
