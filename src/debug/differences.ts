/** One field that differs between two messages; `before` or `after` is absent where the field is. */
export interface Difference {
  /** As in `virtual_hosts[shop.example.com].routes[0].route.cluster`: an item that has a name is called by it, and so is a key with a dot. */
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** What differs between two messages in JSON form, field by field, the deepest that says it. */
export function differences(before: unknown, after: unknown, path = ''): readonly Difference[] {
  if (before === after) return [];
  if (Array.isArray(before) && Array.isArray(after)) return ofMembers(membersOf(before), membersOf(after), (key) => `${path}[${key}]`);
  if (isRecord(before) && isRecord(after)) {
    const inPath = (key: string): string => (key.includes('.') ? `[${key}]` : path === '' ? key : `.${key}`);
    return ofMembers(new Map(Object.entries(before)), new Map(Object.entries(after)), (key) => path + inPath(key));
  }
  return [{ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }];
}

/** The value at a path such as `differences` writes them; undefined where there is none. */
export function valueAt(message: unknown, path: string): unknown {
  if (path === '') return message;
  const members = Array.isArray(message) ? membersOf(message) : isRecord(message) ? new Map(Object.entries(message)) : undefined;
  if (members === undefined) return undefined;
  if (path.startsWith('[')) {
    // A name may have brackets itself, such as that of a route with a regular expression.
    const key = [...members.keys()].find((name) => path.startsWith(`[${name}]`));
    return key === undefined ? valueIn(message, path) : valueAt(members.get(key), path.slice(key.length + 2));
  }
  const [whole, name = ''] = /^\.?([^.[\]]+)/.exec(path) ?? [];
  return whole === undefined ? undefined : valueAt(members.get(name), path.slice(whole.length));
}

/** Of a list with items of one name: what stands in the first of that name that has the rest of the path. Which item is meant nobody can say. */
function valueIn(list: unknown, path: string): unknown {
  if (!Array.isArray(list)) return undefined;
  for (const item of list as readonly unknown[]) {
    const name = isRecord(item) ? item['name'] : undefined;
    const found = typeof name === 'string' && path.startsWith(`[${name}].`) ? valueAt(item, path.slice(name.length + 2)) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function ofMembers(
  before: ReadonlyMap<string, unknown>,
  after: ReadonlyMap<string, unknown>,
  pathOf: (key: string) => string,
): readonly Difference[] {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].flatMap((key) => differences(before.get(key), after.get(key), pathOf(key)));
}

/** By name where all have one of their own, else by place. */
function membersOf(list: readonly unknown[]): ReadonlyMap<string, unknown> {
  const names = list.map((item) => (isRecord(item) && typeof item['name'] === 'string' ? item['name'] : undefined));
  const unique = names.every((name) => name !== undefined) && new Set(names).size === names.length;
  return new Map(list.map((item, index) => [unique ? (names[index] ?? '') : String(index), item]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
