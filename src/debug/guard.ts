import type { Context, MiddlewareHandler } from 'hono';
import { getConnInfo } from '@hono/node-server/conninfo';
import { type Review, refusalFor } from './access.ts';
import { problem } from './answer.ts';
import { type DebugPath, debugPaths } from './paths.ts';
import { isLoopback, isTrustedHost } from './trusted-host.ts';

/**
 * Who may ask. A connection from this machine, which `kubectl port-forward` makes, too, may ask for everything; one from elsewhere needs a
 * token for all but what probes and Prometheus read. Nothing can be changed.
 */
export function guard(review: Review | undefined): MiddlewareHandler {
  return async (c, next) => {
    const refused = isLocal(c) ? refuseName(c) : await refuseStranger(c, review);
    if (refused !== undefined) return refused;
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') return onlyReads(c);
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

async function refuseStranger(c: Context, review: Review | undefined): Promise<Response | undefined> {
  const row = (debugPaths as Readonly<Record<string, DebugPath>>)[c.req.path];
  if (row?.open === true) return undefined;
  const refusal = await refusalFor(c.req.header('authorization'), c.req.path, review);
  if (refusal === undefined) return undefined;
  if (refusal.status === 401) c.header('www-authenticate', 'Bearer');
  return problem(c, refusal.status, refusal.error);
}

function onlyReads(c: Context): Response {
  c.header('allow', 'GET, HEAD');
  return problem(c, 405, `${c.req.method} is not possible here: nothing can be changed.`);
}
