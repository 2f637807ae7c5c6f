import { inspect } from 'node:util';
import type { Source } from './source.ts';

/** A private value: prints as `[redacted]` wherever it is shown. */
export class Redacted {
  readonly #value: Buffer;

  constructor(value: Buffer) {
    this.#value = value;
  }

  /** The value itself, for the one place that needs it. */
  reveal(): Buffer {
    return this.#value;
  }

  toString(): string {
    return '[redacted]';
  }

  toJSON(): string {
    return '[redacted]';
  }

  [inspect.custom](): string {
    return '[redacted]';
  }
}

/** A certificate chain with its key, checked to belong together. */
export interface Certificate {
  /** `namespace/name` of the Secret. */
  readonly key: string;
  /** DNS names of the leaf, lower case, wildcards included. */
  readonly names: readonly string[];
  /** RFC 3339. */
  readonly notBefore: string;
  readonly notAfter: string;
  /** PEM, leaf first. */
  readonly chain: string;
  /** SHA-256 over chain and key: tells certificates apart without showing them. */
  readonly fingerprint: string;
  readonly privateKey: Redacted;
  readonly staple?: Staple;
  readonly sources: readonly Source[];
}

/** An OCSP response, which is stapled to its certificate as long as it holds. */
export interface Staple {
  /** DER. */
  readonly response: Buffer;
  /** RFC 3339; absent: it does not say, and is not stapled. */
  readonly until?: string;
  /** The certificate demands it (must-staple). */
  readonly demanded: boolean;
}

/** Key of the row of the default certificate. */
export const defaultCertificateKey = 'default';
