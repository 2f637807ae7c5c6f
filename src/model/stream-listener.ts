import type { Source } from './source.ts';

/** A port whose connections (TCP) or datagrams (UDP) go to an upstream as they are. Its key is `tcp/PORT` or `udp/PORT`. */
export interface StreamListener {
  readonly key: string;
  readonly protocol: 'TCP' | 'UDP';
  readonly port: number;
  /** Key of an upstream. */
  readonly upstream: string;
  /** Connections begin with a PROXY protocol header. */
  readonly readsProxyProtocol: boolean;
  readonly sources: readonly Source[];
}
