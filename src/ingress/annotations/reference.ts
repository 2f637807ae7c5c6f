import type { Source } from '../../model/source.ts';
import type { Misfit } from './family.ts';
import { matching } from './grammar.ts';

/** `name` or `namespace/name`. https://kubernetes.io/docs/concepts/overview/working-with-objects/names/ */
const objectName = /(?:[a-z0-9-]{1,63}\/)?[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?/;

export const secretName = matching('name of a Secret', objectName);
export const configMapName = matching('name of a ConfigMap', objectName);

/** `namespace/name` of what an object names, its own namespace where none is written. */
export function keyOf(name: string, { namespace }: Source): string {
  return name.includes('/') ? name : `${namespace}/${name}`;
}

/** A Secret of another namespace, which only `allow-cross-namespace-resources` lets an object name. `said`: what the ConfigMap says. */
export function foreignSecret(name: string, secret: string, of: Source, said: Readonly<Record<string, unknown>>): Misfit | undefined {
  if (said['allow-cross-namespace-resources'] === true || keyOf(secret, of).startsWith(`${of.namespace}/`)) return undefined;
  return {
    name,
    message: `${name}: Secret ${secret} is in another namespace than the Ingress.`,
    fix: 'Copy it into the namespace of the Ingress.',
  };
}
