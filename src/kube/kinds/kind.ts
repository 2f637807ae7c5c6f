import type * as z from 'zod';
import type { ObjectKey } from '../event.ts';
import type { Kind, KubeObjects } from '../objects.ts';

/** Everything about one kind. Shared code reads these fields and never asks which kind it has. */
export interface KindRow<K extends Kind> {
  readonly kind: K;
  readonly apiVersion: string;
  /** Versions in which older files are written and which API servers no longer know. */
  readonly formerApiVersions: readonly string[];
  /** Versions that API servers serve besides, with the same fields: files may be written in any of them. */
  readonly otherApiVersions?: readonly string[];
  /** Path of the collection over all namespaces. */
  readonly path: string;
  readonly namespaced: boolean;
  /** Watched one by one, by their names, instead of as a whole: there are many, and few concern Naru. */
  readonly byName?: boolean;
  /**
   * A kind that an API server may not have, such as one of a custom resource definition: it may come and go while Naru runs.
   * A cluster without it is one without such objects.
   */
  readonly optional?: true;
  /** Held only if they have one of these types, or if an object of another kind names them. */
  readonly usedTypes?: readonly string[];
  /** The Secrets that an object names. More than are used in the end does no harm: whether they are is decided later. */
  readonly secretsNamed?: (object: KubeObjects[K]) => readonly ObjectKey[];
  /** The ConfigMaps that an object names, likewise. */
  readonly configMapsNamed?: (object: KubeObjects[K]) => readonly ObjectKey[];
  /** Leaves objects out on the API server's side. */
  readonly fieldSelector?: string;
  /** Values of this kind never appear in a message. */
  readonly sensitive: boolean;
  /** Validates as the API server does, sets its defaults, and trims to what Naru reads. Made when the first object of this kind is read. */
  readonly schema: () => z.ZodType<KubeObjects[K]>;
}

export type AnyKindRow = { readonly [K in Kind]: KindRow<K> }[Kind];
