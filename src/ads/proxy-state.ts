import type { TypeName } from '../snapshot/resource.ts';
import type { Refusal } from './refused-versions.ts';

/** Where one Envoy stands with one type. */
export interface TypeReport {
  readonly subscribed: boolean;
  /** How many resources it holds. */
  readonly resources: number;
  /** Everything up to this snapshot has been sent; 0 = nothing yet. */
  readonly sent: number;
  /** Everything up to this snapshot has been acknowledged. */
  readonly acknowledged: number;
  /** The last refusal, as long as something of it is still refused. */
  readonly refused?: Refusal;
}

/** One stream of a connected Envoy, as the debug endpoint prints it. An Envoy that uses ADS has one. */
export interface ProxyState {
  /** `node.id` */
  readonly id: string;
  /** `node.cluster` */
  readonly cluster: string;
  readonly fleet: string;
  readonly address: string;
  /** Milliseconds since the epoch. */
  readonly connectedSince: number;
  readonly protocol: 'delta' | 'sotw';
  /** The type of a stream that carries only one; the same Envoy has others for the other types. */
  readonly only?: TypeName;
  /** Envoy's version, if it says so. */
  readonly version?: string;
  /**
   * The newest snapshot that this Envoy runs completely: it has acknowledged all of it that it asked for, on all its
   * streams, and holds everything that its listeners refer to. 0 = none yet.
   */
  readonly accepted: number;
  readonly types: Readonly<Record<TypeName, TypeReport>>;
}

/** An Envoy has come to run a snapshot completely. */
export interface Accepted {
  readonly proxy: string;
  readonly fleet: string;
  readonly snapshot: number;
  /** Milliseconds from the publication, or from the connection if that was later. */
  readonly tookMs: number;
}
