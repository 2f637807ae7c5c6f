/**
 * How an upstream is reached. Each part is absent where Naru does as it does by default. Routes with other policies have upstreams of
 * their own to the same endpoints.
 */
export interface UpstreamPolicy {
  /** Seconds until a connection must stand. */
  readonly connectTimeout?: number;
  /** A path that would lead elsewhere, because it has a segment `.` or `..` after it was rewritten, is answered with 403. */
  readonly refuseDotSegments?: true;
}
