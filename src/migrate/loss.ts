import type { Source } from '../model/source.ts';

/** Something that an Ingress does and what takes its place does not, or does in another way. */
export interface Loss {
  /** The Ingress. */
  readonly source: Source;
  readonly hostname: string;
  /** The route by its path; absent: the whole host. */
  readonly path?: string;
  /** Which part of a route it is, in the words of the Model: `rateLimits`, `match`, `upstream.tls`. */
  readonly part: string;
  /** What is lost and why: one sentence. */
  readonly message: string;
  /** It is a protection, or nothing would work without it: the path has no backends, and answers 500. */
  readonly closed?: true;
}

/** A loss of a route, before it is known which. */
export type Lost = Pick<Loss, 'part' | 'message' | 'closed'>;

export function lost(part: string, message: string): Lost {
  return { part, message };
}

/** Requests must not get through without it. */
export function closing(part: string, message: string): Lost {
  return { part, message, closed: true };
}
