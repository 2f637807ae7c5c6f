/** A parsed YAML or JSON document. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}
export type JsonPath = readonly (string | number)[];

export function valueAt(tree: Json, path: JsonPath): Json {
  return path.reduce<Json>((node, step, depth) => {
    const child = node !== null && typeof node === 'object' ? (node as Readonly<Record<string, Json>>)[step] : undefined;
    if (child === undefined) throw new Error(`The document has no ${path.slice(0, depth + 1).join('.')}.`);
    return child;
  }, tree);
}

/**
 * The tree with the value at this path replaced, or removed if the new one is undefined. The path has to exist: a field
 * that was renamed in the document is noticed, rather than written beside the new one.
 */
export function replaceAt(tree: Json, path: JsonPath, value: Json | undefined): Json {
  const parentPath = path.slice(0, -1);
  const last = path.at(-1);
  if (last === undefined) throw new Error('The document itself cannot be replaced.');
  valueAt(tree, path);
  const copy = structuredClone(tree);
  const parent = valueAt(copy, parentPath) as Record<string | number, Json>;
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  return copy;
}
