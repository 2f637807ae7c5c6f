import type { Messages } from '../proto/gen/messages.ts';
import type { ExplainedRequest } from './request.ts';
import { rewrittenPath } from './rewritten-path.ts';

const statuses = { MOVED_PERMANENTLY: 301, FOUND: 302, SEE_OTHER: 303, TEMPORARY_REDIRECT: 307, PERMANENT_REDIRECT: 308 } as const;

/** Where a redirect sends a client: what it does not say stays as it was in the request. */
export function redirectLocation(
  redirect: Messages['envoy.config.route.v3.RedirectAction'],
  match: Messages['envoy.config.route.v3.RouteMatch'],
  request: ExplainedRequest,
): { readonly status: number; readonly location: string } {
  const { scheme_redirect: scheme, https_redirect: https, host_redirect: host, port_redirect: port, path_redirect: path } = redirect;
  const code = statuses[redirect.response_code ?? 'MOVED_PERMANENTLY'];
  const newScheme = scheme ?? (https === true ? 'https' : request.scheme);
  const [name = '', own] = (host ?? request.authority).split(/:(?=\d+$)/);
  // The old port belongs to the old scheme.
  const kept = newScheme === request.scheme || own !== defaultPort(request.scheme) ? own : undefined;
  const shown = port === undefined || port === 0 ? kept : String(port);
  const newPath =
    path === undefined || path === '' ? rewrittenPath(redirect, match, request.path) : path + queryFor(path, redirect, request);
  const rest = redirect.strip_query === true ? newPath.replace(/\?.*$/s, '') : newPath;
  return { status: code, location: `${newScheme}://${name}${shown === undefined ? '' : `:${shown}`}${rest}` };
}

function defaultPort(scheme: string): string {
  return scheme === 'https' ? '443' : '80';
}

function queryFor(path: string, { strip_query: strip }: { readonly strip_query?: boolean | undefined }, request: ExplainedRequest): string {
  return path.includes('?') || strip === true ? '' : (/\?.*$/s.exec(request.path)?.[0] ?? '');
}
