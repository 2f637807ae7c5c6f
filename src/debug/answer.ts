import { createHash } from 'node:crypto';
import type { Context } from 'hono';

export const apiVersion = 'naru.io/debug/v1';

type ProblemStatus = 400 | 401 | 403 | 404 | 405 | 500 | 503 | 504;

/** An object of ours; a client that has the same already is told so. */
export function json(c: Context, content: object, status: 200 | ProblemStatus = 200): Response {
  return tagged(c, `${JSON.stringify({ apiVersion, ...content }, null, 2)}\n`, status);
}

/** The same of JSON text, or of another. */
export function tagged(c: Context, text: string, status: 200 | ProblemStatus = 200, type = 'application/json'): Response {
  if (status === 200) {
    const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 22)}"`;
    c.header('etag', tag);
    if (c.req.header('if-none-match') === tag) return c.body(null, 304);
  }
  return c.body(text, status, { 'content-type': type });
}

export function problem(c: Context, status: ProblemStatus, error: string, more: object = {}): Response {
  return json(c, { error, ...more }, status);
}
