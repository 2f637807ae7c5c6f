import type { Redacted } from './certificate.ts';
import type { Source } from './source.ts';

/** What TLS with backends takes from one Secret: at least one of the two. */
export interface BackendSecret {
  /** `namespace/name` of the Secret. */
  readonly key: string;
  /** PEM: shown to backends. */
  readonly certificate?: { readonly chain: string; readonly privateKey: Redacted };
  /** PEM: those that may have issued the backends' own. */
  readonly authorities?: string;
  /** SHA-256 over all of it: tells them apart without showing them. */
  readonly fingerprint: string;
  readonly sources: readonly Source[];
}
