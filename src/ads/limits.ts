/** What one client may take of a server. Whatever is more is refused with a clear status, and shown at the debug endpoint. */
export interface Limits {
  /** Bytes of one request. One of more than twice this is not even read, so that only the client hears why. */
  readonly requestBytes: number;
  /** Open streams of one address. */
  readonly streamsPerAddress: number;
  /** Requests of one stream in a second that no response asked for; ten times as many at once. */
  readonly requestsPerSecond: number;
  /** Names of one type that one stream may want. */
  readonly names: number;
}

export const usualLimits: Limits = {
  // A reconnecting Envoy names every resource it holds in one request, which is more than gRPC's 4 MB with many of them.
  requestBytes: 64 * 1024 * 1024,
  // An Envoy has one stream, or five with one for each type; several may share an address behind a translating gateway.
  streamsPerAddress: 64,
  // An Envoy that starts asks in a few requests for everything, and one that asks on demand asks once for each new name.
  requestsPerSecond: 500,
  // Far more than one Envoy can serve.
  names: 100_000,
};

export const unlimited: Limits = { ...usualLimits, streamsPerAddress: Infinity, names: Infinity };
