import { isIPv4 } from 'node:net';

/** A request as a client sends it. */
export interface ExplainedRequest {
  readonly method: string;
  readonly scheme: 'http' | 'https';
  /** What the client writes into Host, a port included. */
  readonly authority: string;
  /** The port that it connects to, where that is not the scheme's own. */
  readonly port?: number;
  /** What it says in the TLS handshake, in small letters; absent: the host of `authority`, as usual. Empty: none, as for addresses. */
  readonly serverName?: string;
  /** With the query, as it is sent. */
  readonly path: string;
  /** Names in lower case; the values of a name that is sent more than once are joined by commas. */
  readonly headers: ReadonlyMap<string, string>;
}

/** The value of a header, or of `:authority`, `:path`, `:method`, `:scheme`. */
export function headerOf(request: ExplainedRequest, name: string): string | undefined {
  switch (name.toLowerCase()) {
    case ':authority':
    case 'host':
      return request.authority;
    case ':path':
      return request.path;
    case ':method':
      return request.method;
    case ':scheme':
      return request.scheme;
    default:
      return request.headers.get(name.toLowerCase());
  }
}

/** The host that it is for, in small letters and without a port; `[::1]` keeps its brackets. */
export function hostOf({ authority }: Pick<ExplainedRequest, 'authority'>): string {
  return authority.replace(/:\d*$/, '').toLowerCase();
}

/** The server name of the TLS handshake; empty for none. A dot at its end is not said. */
export function serverNameOf(request: Pick<ExplainedRequest, 'authority' | 'serverName'>): string {
  const name = request.serverName ?? hostOf(request).replace(/\.$/, '');
  return name.startsWith('[') || isIPv4(name) ? '' : name;
}

/** The path without query and fragment: what paths of routes are compared with. */
export function pathOnly({ path }: ExplainedRequest): string {
  return path.replace(/[?#].*$/s, '');
}

export function isGrpc({ headers }: ExplainedRequest): boolean {
  return /^application\/grpc(?:\+.*)?$/.test(headers.get('content-type') ?? '');
}
