import type { EnvoyProcess } from '../../src/dev/envoy-process.ts';
import type { Ports } from '../../test/support/request.ts';
import type { PodAddress, Raw } from './objects.ts';
import type { RouteKind } from './route-kind.ts';

/** Where objects are written, and the Envoy on which their effect is seen. */
export interface World {
  /** Where Envoy takes requests for the hosts. */
  readonly ports: Ports;
  readonly kind: RouteKind;
  readonly envoy: EnvoyProcess;
  /** Of the process that Naru is; undefined where it shares one with what measures it. */
  readonly naru: number | undefined;
  /** An address that pods may have. */
  readonly address: string;
  load(objects: readonly Raw[]): Promise<void>;
  /** Naru and Envoy begin, with all that is loaded. */
  begin(): Promise<void>;
  /** Naru and Envoy end, to begin once more. Absent where they can begin only once. */
  end?(): Promise<void>;
  /** Naru is killed and begins anew, until Envoy runs what it says. Absent where it cannot be killed by itself. */
  restart?(): Promise<void>;
  /** Something that is not there yet. */
  create(object: Raw): Promise<void>;
  write(object: Raw): Promise<void>;
  remove(object: Raw): Promise<void>;
  stop(): Promise<void>;
}

/** Two pods that tell which one they are. */
export type Pods = readonly [PodAddress, PodAddress];
