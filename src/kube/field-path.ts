/** A path into an object in the notation of Kubernetes: `spec.rules[0].host`, `metadata.annotations["a/b"]`. */

export type Segment = string | number;

const plainName = /^[A-Za-z_][\w-]*$/;

export function printFieldPath(path: readonly Segment[]): string {
  let printed = '';
  for (const segment of path) {
    if (typeof segment === 'number') printed += `[${segment}]`;
    else if (!plainName.test(segment)) printed += `[${JSON.stringify(segment)}]`;
    else printed += printed === '' ? segment : `.${segment}`;
  }
  return printed;
}

const segmentPattern = /\.?([A-Za-z_][\w-]*)|\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]/y;

/** The opposite of `printFieldPath`; what cannot be read ends the path, so that a message still finds the nearest place. */
export function parseFieldPath(text: string): readonly Segment[] {
  const path: Segment[] = [];
  segmentPattern.lastIndex = 0;
  while (segmentPattern.lastIndex < text.length) {
    const match = segmentPattern.exec(text);
    if (match === null) break;
    const [, name, index, quoted] = match;
    if (name !== undefined) path.push(name);
    else if (index !== undefined) path.push(Number(index));
    else if (quoted !== undefined) {
      const key = unquoted(quoted);
      if (key === undefined) break;
      path.push(key);
    }
  }
  return path;
}

function unquoted(text: string): string | undefined {
  try {
    return JSON.parse(text) as string;
  } catch {
    return undefined;
  }
}
