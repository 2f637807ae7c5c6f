import type { UpstreamTls } from './upstream-tls.ts';

/**
 * How an upstream is reached. Each part is absent where Naru does as it does by default. Routes with other policies have upstreams of
 * their own to the same endpoints.
 */
export interface UpstreamPolicy {
  /** Seconds until a connection must stand. */
  readonly connectTimeout?: number;
  /** A path that would lead elsewhere, because it has a segment `.` or `..` after it was rewritten, is answered with 403. */
  readonly refuseDotSegments?: true;
  /** How an endpoint is chosen; absent: in turn. `hash`: by what the route says. */
  readonly balancing?: 'fewest-requests' | 'hash';
  /** Absent: HTTP/1.1. */
  readonly protocol?: 'http2';
  /** Absent: none. */
  readonly tls?: UpstreamTls;
  /** A connection is closed after one request. */
  readonly connectionPerRequest?: true;
  /** How long the head of an answer may be; absent: 60. */
  readonly answerHeadKiB?: number;
  /** The Service's own address takes the place of its endpoints. */
  readonly toServiceAddress?: true;
  /** Connections begin with a PROXY protocol header that says who the client is. */
  readonly sendsProxyProtocol?: true;
}
