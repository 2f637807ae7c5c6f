import type { Source } from './source.ts';

/** Where requests can be sent: one port of one Service. Its key is `namespace/service/port`. */
export interface Upstream {
  readonly key: string;
  readonly namespace: string;
  readonly service: string;
  /** Number of the Service's port. */
  readonly port: number;
  readonly sources: readonly Source[];
}

/** An address that takes requests. */
export interface Endpoint {
  /** IPv4 or IPv6 address, without brackets. */
  readonly address: string;
  readonly port: number;
}
