import type { Problem } from '../model/problem.ts';
import type { LastWrite } from './last-write.ts';
import type { Kind, KubeObject } from './objects.ts';

/** `namespace/name`, or `name` for kinds without a namespace. */
export type ObjectKey = string;

/**
 * What a source says, the same from an API server and from a folder of YAML.
 *
 * `synced` comes once per kind, when all objects that existed at the start have been sent.
 * `problems` replaces all that was said before of the same `origin` (a file, or an object that could not be read);
 * an empty list takes it back.
 */
export type KubeEvent =
  | {
      readonly type: 'upsert';
      readonly kind: Kind;
      readonly key: ObjectKey;
      readonly object: KubeObject;
      readonly cause?: string;
      readonly by?: LastWrite;
    }
  | { readonly type: 'delete'; readonly kind: Kind; readonly key: ObjectKey; readonly cause?: string }
  | { readonly type: 'synced'; readonly kind: Kind }
  | { readonly type: 'problems'; readonly origin: string; readonly problems: readonly Problem[] };

export function objectKey(namespace: string, name: string): ObjectKey {
  return namespace === '' ? name : `${namespace}/${name}`;
}

/** That an object is there, or is otherwise than it was. */
export function upsertOf(object: KubeObject): KubeEvent & { readonly type: 'upsert' } {
  const { namespace, name } = object.metadata;
  return { type: 'upsert', kind: object.kind, key: objectKey(namespace, name), object };
}
