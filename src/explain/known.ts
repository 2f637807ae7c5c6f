import type { Problem } from '../model/problem.ts';

/** What is known besides the resources: of objects that did not become any. */
export interface Known {
  problems(): readonly Problem[];
  /** Ingresses with rules for a host that are not served. */
  unserved(hostname: string): readonly Unserved[];
}

export interface Unserved {
  /** As `Ingress shop/web`. */
  readonly source: string;
  /** The host that its rule has. */
  readonly host: string;
  /** Why it is not served: a sentence. */
  readonly why: string;
}

export const nothingKnown: Known = { problems: () => [], unserved: () => [] };
