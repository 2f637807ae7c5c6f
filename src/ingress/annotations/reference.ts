import type { Source } from '../../model/source.ts';
import { matching } from './grammar.ts';

/** `name` or `namespace/name`. https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const objectName = /(?:[a-z0-9-]{1,63}\/)?[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?/;

export const secretName = matching('name of a Secret', objectName);
export const configMapName = matching('name of a ConfigMap', objectName);

/** `namespace/name` of what an object names, its own namespace where none is written. */
export function keyOf(name: string, { namespace }: Source): string {
  return name.includes('/') ? name : `${namespace}/${name}`;
}
