import type { Variable } from './template.ts';

/** What is written of each request, or of each connection of a TCP or UDP service. */
export interface AccessLog {
  readonly to: 'stdout' | 'stderr';
  readonly format: LogFormat;
  /** Path and query, as a client writes them, of requests that are not written. */
  readonly except: readonly string[];
  /** Requests that the default backend of the controller answers are written, too. */
  readonly defaultBackend: boolean;
}

export type LogFormat = { readonly type: 'text'; readonly text: LogTemplate } | { readonly type: 'json'; readonly fields: LogFields };

/** Values are escaped as JSON wants it. */
export interface LogFields {
  readonly [name: string]: LogFields | LogTemplate | number | boolean | null;
}

export type LogTemplate = readonly (string | LogVariable)[];
export type LogVariable = Variable | { readonly name: LogOnlyVariable };

/** Something that is known when a request or connection has ended. */
export type LogOnlyVariable =
  /** `21/Nov/2026:15:59:17 +0000`, `2026-11-21T15:59:17+00:00`, `1795276757.304`: when it began. */
  | 'time'
  | 'time-iso'
  | 'time-seconds'
  /** Seconds from its first byte to its last. */
  | 'duration'
  /** `GET /path?query HTTP/1.1` */
  | 'request-line'
  | 'query'
  | 'bytes-received'
  | 'head-and-bytes-received'
  | 'bytes-sent'
  | 'head-and-bytes-sent'
  | 'connection'
  | 'client-port'
  /** Who has connected, behind whom a client may be. */
  | 'peer-address'
  | 'local-address'
  | 'proxy-name'
  /** The upstream that was chosen. */
  | 'upstream'
  /** Of the upstream that was chosen. */
  | 'service'
  | 'service-port'
  /** Of the Ingress, or the route of Gateway API, whose path was asked for. */
  | 'route-namespace'
  | 'route-object'
  | 'upstream-bytes'
  /** Seconds from the first byte sent to an endpoint to the last one received. */
  | 'upstream-duration'
  /** TCP or UDP. */
  | 'transport'
  /** Why the proxy has ended it, in its own short words. */
  | 'flags';
