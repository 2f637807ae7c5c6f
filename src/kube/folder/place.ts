import { type Document, isAlias, isMap, isPair, isScalar, isSeq, type Node, type Pair, type YAMLMap, type YAMLSeq } from 'yaml';
import type { Segment } from '../field-path.ts';
import type { Documents } from './documents.ts';

/** A line and a column of a file, both from 1, and how many characters from there it is about. */
export interface Place {
  readonly line: number;
  readonly column: number;
  readonly width: number;
}

/** Where something begins and ends in a text. */
interface Span {
  readonly offset: number;
  readonly end: number;
}

/** Where a field stands, or its name, or the nearest thing around it that is written. */
export function placeOf({ documents, lines }: Documents, document: number, path: readonly Segment[], of?: 'name'): Place | undefined {
  const parsed = documents[document];
  if (parsed === undefined) return undefined;
  let node: unknown = parsed.contents;
  let span = spanOf(node) ?? { offset: 0, end: 0 };
  for (const segment of path) {
    const step = descend(parsed, node, segment);
    if (step === undefined) break;
    node = step.node;
    span = (of === 'name' ? step.name : undefined) ?? step.span;
  }
  const { line, col } = lines.linePos(span.offset);
  const end = lines.linePos(span.end);
  // Of what goes over several lines the first character stands for the whole.
  return { line, column: col, width: end.line === line ? Math.max(end.col - col, 1) : 1 };
}

interface Step {
  readonly node: unknown;
  readonly span: Span;
  /** Of the key; items of lists have none. */
  readonly name?: Span | undefined;
}

function descend(document: Document.Parsed, from: unknown, segment: Segment): Step | undefined {
  const node: unknown = isAlias(from) ? from.resolve(document) : from;
  if (isSeq(node) && typeof segment === 'number') {
    const item: unknown = node.items[segment];
    const span = spanOf(item);
    return span === undefined ? undefined : { node: item, span };
  }
  if (!isMap(node)) return undefined;
  const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(segment));
  if (pair === undefined) return undefined;
  const span = pairSpan(pair);
  return span === undefined ? undefined : { node: pair.value, span, name: spanOf(pair.key) };
}

/** A plain value is shown itself, anything longer by its key. */
function pairSpan({ key, value }: Pair): Span | undefined {
  const written = isScalar(value) && value.source !== '' && value.type?.startsWith('BLOCK') !== true;
  return (written ? spanOf(value) : undefined) ?? spanOf(key);
}

function spanOf(node: unknown): Span | undefined {
  const range = (node as Node | null | undefined)?.range;
  if (range === null || range === undefined) return undefined;
  // A map or a list is shown by its first key or item: where its own line ends, so does what is shown.
  return { offset: range[0], end: isMap(node) || isSeq(node) ? (spanOfFirst(node)?.end ?? range[1]) : range[1] };
}

function spanOfFirst(node: YAMLMap | YAMLSeq): Span | undefined {
  const [first] = node.items;
  return node.flow === true ? undefined : spanOf(isPair(first) ? first.key : first);
}
