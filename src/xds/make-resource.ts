import { hash } from 'node:crypto';
import type { Source } from '../model/source.ts';
import { encode } from '../proto/codec.ts';
import type { Messages } from '../proto/gen/messages.ts';
import { violations } from '../proto/validate.ts';
import { type Reference, type Resource, type TypeName, typeUrls } from '../snapshot/resource.ts';

/** The message of each resource type, found by its type URL. */
type MessageNameOf<T extends TypeName> = (typeof typeUrls)[T] extends `type.googleapis.com/${infer N extends keyof Messages}` ? N : never;

export interface ResourceParts {
  readonly name: string;
  readonly references: readonly Reference[];
  readonly usedBy?: Reference;
  readonly sources: readonly Source[];
}

/**
 * Encodes a message, once, into a resource whose version is the hash of its bytes.
 *
 * @throws Error for a message that breaks Envoy's constraints: one such resource costs the others of its response. What
 * users can cause is found before, by `Preflight`. `rest`: further fields, encoded already.
 */
export function makeResource<T extends TypeName>(
  type: T,
  message: Messages[MessageNameOf<T>],
  parts: ResourceParts,
  rest?: Buffer,
): Resource {
  const name = typeUrls[type].slice('type.googleapis.com/'.length) as MessageNameOf<T>;
  const [objection] = violations(name, message);
  if (objection !== undefined) throw new Error(`Envoy would refuse ${name} ${parts.name}: ${objection.path} ${objection.rule}`);
  const bytes = encode(name, message);
  return resourceOf(type, rest === undefined ? bytes : Buffer.concat([bytes, rest]), parts);
}

export function resourceOf(type: TypeName, bytes: Buffer, parts: ResourceParts): Resource {
  return { type, version: hash('sha256', bytes, 'base64url').slice(0, 22), bytes, ...parts };
}

/** For tables of resources: equal names and versions are equal resources. */
export function sameResource(a: Resource, b: Resource): boolean {
  return a.name === b.name && a.version === b.version;
}
