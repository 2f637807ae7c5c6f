import type { ProxyState } from '../ads/proxy-state.ts';
import type { RefusedStream } from '../ads/refused-streams.ts';
import type { Unserved } from '../explain/known.ts';
import type { Problem } from '../model/problem.ts';
import type { TypeName } from '../snapshot/resource.ts';
import type { CausingObject, Snapshot } from '../snapshot/snapshot.ts';

/** What the debug endpoint shows. Every function tells about this moment and is called for each request. */
export interface DebugView {
  fleets(): readonly FleetView[];
  proxies(): readonly ProxyState[];
  /** Streams that were turned away lately. */
  refusals(): readonly RefusedStream[];
  problems(): readonly Problem[];
  /** Tells from now on what happens, until the function that it gives back is called. */
  subscribe?(listener: (event: DebugEvent) => void): () => void;
  /** What must hold for `/readyz` to say 200. */
  checks(): readonly Check[];
  /** False when only a restart can help. */
  live(): boolean;
  /** An object of Kubernetes, where it is known. */
  object?(kind: string, namespace: string, name: string): ObjectStanding | undefined;
  /** The objects of Kubernetes that are known and have such labels, in kubectl's syntax; undefined where that is no selector. */
  objects?(selector: string): readonly ObjectName[] | undefined;
  /** Ingresses with rules for a host that are not served. */
  unserved?(hostname: string): readonly Unserved[];
  /** Certificates that are in use, and when they end (RFC 3339). */
  certificates?(): readonly { readonly namespace: string; readonly secret: string; readonly notAfter: string }[];
  /** Every path of every canary. */
  canaries?(): readonly CanaryView[];
  /** Where a field of Envoy's comes from, or what a setting does: see `naru why`. */
  readonly why?: Why | undefined;
  /** Absent where no log is written. */
  readonly logLevels?: LogLevels | undefined;
  /** Whether this replica is the one that writes into the cluster; absent where none does. */
  leader?(): boolean;
}

/** `reference` is as in `cluster/shop/api/80` or `ingress/shop/web`, `field` one of its fields, annotations or keys. */
export type Why = (reference: string, field: string | undefined) => Promise<WhyResult>;

/** `about` says of which form the answer is, which is data for JSON. */
export type WhyResult =
  | { readonly status: 200; readonly about: string; readonly answer: unknown }
  | { readonly status: 404 | 503 | 504; readonly error: string };

/** How much is logged. */
export interface LogLevels {
  list(): readonly LogLevel[];
  set(change: LevelChange): void;
}

export interface LogLevel {
  readonly component: string;
  readonly level: string;
  /** Milliseconds since the epoch, after which it is as at the start; absent: until a restart. */
  readonly until?: number;
}

export interface LevelChange {
  readonly level: string;
  /** Absent: all of them. */
  readonly component?: string | undefined;
  /** How long; absent: until a restart. */
  readonly seconds?: number;
}

/** What `/debug/events` tells; `version` is the number of a snapshot. */
export type DebugEvent = { readonly fleet: string; readonly version: number } & (
  | { readonly type: 'snapshot'; readonly cause: string; readonly summary?: string }
  | {
      readonly type: 'answer';
      readonly proxy: string;
      readonly resourceType: TypeName;
      readonly names: readonly string[];
      readonly refusal?: string;
      readonly tookMs: number;
    }
  | { readonly type: 'accepted'; readonly proxy: string; readonly tookMs: number }
);

/** A path of a canary, with shares from 0 to 1. */
export interface CanaryView {
  /** Of its Ingress. */
  readonly namespace: string;
  readonly name: string;
  readonly host: string;
  /** Empty where it takes part in none. */
  readonly path: string;
  /** What its annotations say of requests that neither header nor cookie decides on. */
  readonly wanted: number;
  /** What the newest snapshot says. */
  readonly sent: number;
  /** Names of the clusters of the primary, and of the canary as far as requests are sent there. */
  readonly stable: readonly string[];
  readonly canary: readonly string[];
  /** Names of the header and of the cookie that decide first. */
  readonly header?: string;
  readonly cookie?: string;
  /** The program that wrote the Ingress last, where the API server says it. */
  readonly by?: string;
  /** Codes of its problems. */
  readonly problems: readonly string[];
}

export interface ObjectName {
  readonly kind: string;
  /** Empty where it belongs to none. */
  readonly namespace: string;
  readonly name: string;
}

/** How far an object has come. */
export interface ObjectStanding {
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** Of what is written in it. */
  readonly digest: string;
  readonly inFolder: boolean;
  /** Whose Envoys serve it; absent: it is not known, or all of them. */
  readonly fleets?: readonly string[];
  /** The snapshot in which its configuration last became what it is; absent for one that is not served. */
  readonly since?: number;
  /** Whether something of it is not sent as it is written, because an Envoy refuses it, or may. */
  readonly held: boolean;
  readonly refusal?: {
    readonly proxy: string;
    /** The Envoy's own words. */
    readonly message: string;
    readonly replacedBy: string;
  };
  readonly problems: readonly Problem[];
}

export interface FleetView {
  readonly name: string;
  /** Undefined before the first one. */
  readonly current: Snapshot | undefined;
  /** The last snapshots, the newest first. */
  readonly history: readonly SnapshotSummary[];
  /** One of the last, with its resources; undefined for one that is too old. */
  readonly snapshot?: (number: number) => Snapshot | undefined;
  /** What is not sent as it was made, because an Envoy refused it. */
  readonly quarantine?: readonly QuarantineEntry[];
  /** What came of the last proof from cold; absent where none was made. */
  readonly coldProof?: ColdProofReport | undefined;
}

/** Whether a freshly started Envoy takes a snapshot. */
export interface ColdProofReport {
  readonly snapshot: number;
  /** `failed`: it gave no answer that says which. */
  readonly result: 'accepted' | 'refused' | 'failed';
  readonly tookMs: number;
  /** Milliseconds since the epoch. */
  readonly at: number;
  readonly message?: string;
}

export interface QuarantineEntry {
  /** `hosts`, or the type of the resource. */
  readonly type: string;
  readonly name: string;
  /** Hash of the refused content. */
  readonly version: string;
  readonly proxy: string;
  /** The Envoy's own words. */
  readonly message: string;
  /** Milliseconds since the epoch. */
  readonly since: number;
  /** What is served instead. */
  readonly replacedBy: string;
  /** The objects that it comes from, as `printSource` writes them. */
  readonly sources?: readonly string[];
}

export interface ChangeCounts {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

/** How Envoys took a snapshot; times are milliseconds from its publication, or from the connection of an Envoy that came later. */
export interface SnapshotRollout {
  /** Until the first Envoy ran it, or one that is newer; absent while none does. */
  readonly firstAcceptedMs?: number;
  /** Until all Envoys that were connected did. */
  readonly allAcceptedMs?: number;
  /** The Envoys that did. */
  readonly accepted: number;
  /** Those that refused something of it. */
  readonly refusedBy: readonly string[];
}

/** A snapshot without its resources. */
export interface SnapshotSummary {
  readonly number: number;
  readonly hash: string;
  readonly cause: string;
  /** The objects that changed, the first of many. */
  readonly objects?: readonly CausingObject[];
  readonly objectCount?: number;
  /** By type; those without a change are absent. */
  readonly types?: Readonly<Partial<Record<TypeName, ChangeCounts>>>;
  /** Milliseconds from the first event until the pass began, which gathers events. */
  readonly gatheredMs?: number;
  /** Milliseconds that the pass took. */
  readonly builtMs?: number;
  readonly rollout?: SnapshotRollout;
  readonly summary: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

export interface Check {
  /** One word. */
  readonly name: string;
  readonly ok: boolean;
  /** How it stands. */
  readonly message: string;
}
