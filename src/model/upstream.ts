import type { Source } from './source.ts';
import type { UpstreamPolicy } from './upstream-policy.ts';

/** Where requests can be sent: one port of one Service. Its key is `namespace/service/port` (`namespace/service/port/udp`), with `~` and a digest behind it where it has a policy. */
export interface Upstream {
  readonly key: string;
  readonly namespace: string;
  readonly service: string;
  /** Number of the Service's port. */
  readonly port: number;
  /** Absent: TCP. */
  readonly protocol?: 'UDP';
  /** Where it is, by a name that the proxies look up themselves; absent: its endpoints are known. */
  readonly lookup?: { readonly hostname: string; readonly port: number };
  /** One client address keeps to one endpoint as long as that is there; absent: requests go to all in turn. */
  readonly sticky?: 'client-address';
  /** A proxy prefers the endpoints of its own zone, if there are any. */
  readonly preferZone?: true;
  /** It takes requests of some Ingress's canary. */
  readonly canary?: true;
  /** Absent: all as by default. */
  readonly policy?: UpstreamPolicy;
  readonly sources: readonly Source[];
}

/** One that takes requests. */
export interface Endpoint {
  /** IPv4 or IPv6 address, without brackets. */
  readonly address: string;
  readonly port: number;
  /** The same one in the other IP family: tried where the first address does not answer. */
  readonly also?: { readonly address: string; readonly port: number };
  /** The zone whose proxies are to use it. */
  readonly zone?: string;
}
