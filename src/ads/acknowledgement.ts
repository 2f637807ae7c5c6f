import type { TypeName } from '../snapshot/resource.ts';

/** One Envoy's answer to one response. */
export interface Acknowledgement {
  readonly proxy: string;
  readonly fleet: string;
  readonly type: TypeName;
  /** The resources that the answered response carried, added, changed and removed alike. */
  readonly names: readonly string[];
  /** Number of the snapshot that was sent. */
  readonly snapshot: number;
  readonly nonce: string;
  /** Envoy's message when it refused (NACK); absent when it accepted (ACK). */
  readonly refusal?: string;
  /** Milliseconds from sending to the answer. */
  readonly tookMs: number;
}
