import { type ExplainedRequest, isGrpc } from './request.ts';

/** What Envoy makes of a path before it looks for a route. */
export type NormalisedPath =
  | { readonly type: 'path'; readonly path: string }
  /** The client is asked to write it so. */
  | { readonly type: 'redirect'; readonly path: string }
  /** Answered with 400. */
  | { readonly type: 'refused' };

/**
 * Escaped slashes are written out, which the client is told by a redirect; dot segments are resolved,
 * characters that need no escape lose it, slashes that follow each other become one.
 * https://www.envoyproxy.io/docs/envoy/v1.40.0/api-v3/extensions/filters/network/http_connection_manager/v3/http_connection_manager.proto
 */
export function normalisePath(request: ExplainedRequest): NormalisedPath {
  const { path } = request;
  const at = path.search(/[?#]/);
  const [bare, query] = at < 0 ? [path, ''] : [path.slice(0, at), path.slice(at)];
  const unescaped = bare.replaceAll(/%2f/gi, '/').replaceAll(/%5c/gi, '\\');
  const canonical = canonicalPath(unescaped);
  if (canonical === undefined) return { type: 'refused' };
  const written = mergeSlashes(canonical) + query;
  if (unescaped === bare) return { type: 'path', path: written };
  // A client of gRPC follows no redirect.
  return isGrpc(request) ? { type: 'refused' } : { type: 'redirect', path: written };
}

/** A path of nothing but slashes keeps two of them. */
function mergeSlashes(path: string): string {
  if (!path.includes('//')) return path;
  const parts = path.split('/').filter((part) => part !== '');
  return `/${parts.join('/')}${path.endsWith('/') ? '/' : ''}`;
}

/** Undefined where a path has a null, or none of Envoy's rules fits. */
function canonicalPath(path: string): string | undefined {
  if (!path.startsWith('/')) return undefined;
  const decoded = path.replaceAll('\\', '/').replaceAll(/%([0-9A-Fa-f]{2})/g, (escape, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return /[-.0-9A-Z_a-z~]/.test(character) ? character : escape;
  });
  if (/%00/.test(decoded)) return undefined;
  const segments: string[] = [];
  const parts = decoded.split('/').slice(1);
  parts.forEach((part, index) => {
    const last = index === parts.length - 1;
    if (part === '..') segments.pop();
    if (part !== '..' && part !== '.') segments.push(part);
    else if (last) segments.push('');
  });
  return `/${segments.map(escapeOthers).join('/')}`;
}

/** What may not stand in a path as it is. */
function escapeOthers(segment: string): string {
  return segment.replaceAll(/[^\u0021\u0024-\u003B\u003D\u0040-\u005B\u005D\u005F\u0061-\u007A\u007C\u007E\u0026]/g, (character) =>
    character === '%' ? '%' : encodeURIComponent(character),
  );
}
