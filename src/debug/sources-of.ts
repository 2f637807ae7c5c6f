import { printSource } from '../model/source.ts';
import type { Resource } from '../snapshot/resource.ts';

const most = 20;

/** The objects that resources come from, as `printSource` writes them, each once and the first of many. */
export function sourcesOf(resources: readonly (Resource | undefined)[]): readonly string[] {
  const printed = new Set(resources.flatMap((resource) => resource?.sources ?? []).map(printSource));
  return [...printed].slice(0, most);
}
