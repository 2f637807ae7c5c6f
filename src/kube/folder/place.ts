import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type Pair } from 'yaml';
import type { Segment } from '../field-path.ts';
import type { Documents } from './documents.ts';

/** A line and a column of a file, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** Where a field stands, or the nearest thing around it that is written. */
export function placeOf({ documents, lines }: Documents, document: number, path: readonly Segment[]): Place | undefined {
  const parsed = documents[document];
  if (parsed === undefined) return undefined;
  let node: unknown = parsed.contents;
  let offset = offsetOf(node) ?? 0;
  for (const segment of path) {
    const step = descend(parsed, node, segment);
    if (step === undefined) break;
    node = step.node;
    offset = step.offset;
  }
  const { line, col } = lines.linePos(offset);
  return { line, column: col };
}

function descend(document: Document.Parsed, from: unknown, segment: Segment): { node: unknown; offset: number } | undefined {
  const node: unknown = isAlias(from) ? from.resolve(document) : from;
  if (isSeq(node) && typeof segment === 'number') {
    const item: unknown = node.items[segment];
    const offset = offsetOf(item);
    return offset === undefined ? undefined : { node: item, offset };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(segment));
  if (pair === undefined) return undefined;
  const offset = pairOffset(pair);
  return offset === undefined ? undefined : { node: pair.value, offset };
}

/** A plain value is shown itself, anything longer by its key. */
function pairOffset({ key, value }: Pair): number | undefined {
  const written = isScalar(value) && value.source !== '' && value.type?.startsWith('BLOCK') !== true;
  return (written ? offsetOf(value) : undefined) ?? offsetOf(key);
}

function offsetOf(node: unknown): number | undefined {
  return (node as Node | null | undefined)?.range?.[0];
}
