import { type Document, isMap, isSeq, LineCounter, parseAllDocuments, type Tags, visit } from 'yaml';
import type { Segment } from '../field-path.ts';
import { isRecord } from '../record.ts';

/** One object of a file: a document, or an item of a `List`. */
export interface Manifest {
  readonly raw: unknown;
  readonly line: number;
  /** Which document of the file, and where in it the object stands. */
  readonly document: number;
  readonly path: readonly Segment[];
}

export interface Fault {
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

export type Parsing = { readonly ok: true; readonly manifests: readonly Manifest[] } | { readonly ok: false; readonly fault: Fault };

export interface Documents {
  readonly documents: readonly Document.Parsed[];
  readonly lines: LineCounter;
}

const jsonTags = ['null', 'bool', 'int', 'float', 'str', 'map', 'seq', 'merge'];

/** What kubectl's parser knows: words and numbers of YAML 1.1, but no times, no sexagesimal numbers and no sets. */
function tagsOfKubectl(tags: Tags): Tags {
  return tags.filter((tag) => typeof tag === 'string' || (tag.format !== 'TIME' && jsonTags.some((name) => tag.tag.endsWith(`:${name}`))));
}

export function parseDocuments(text: string): Documents {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, {
    version: '1.1',
    customTags: tagsOfKubectl,
    lineCounter: lines,
    prettyErrors: false,
    logLevel: 'error',
  });
  return { documents: 'empty' in documents ? [] : documents, lines };
}

export function parseManifests(text: string): Parsing {
  const { documents, lines } = parseDocuments(text);
  for (const { errors } of documents) {
    const [error] = errors;
    if (error !== undefined) return { ok: false, fault: fault(error.message, lines, error.pos[0]) };
  }
  const manifests: Manifest[] = [];
  for (const [index, document] of documents.entries()) {
    if (document.contents === null) continue;
    let raw: unknown;
    try {
      raw = document.toJS();
    } catch (error) {
      return { ok: false, fault: fault(error instanceof Error ? error.message : String(error), lines, aliasOffset(document)) };
    }
    if (raw !== null) manifests.push(...expand(document, index, raw, lines));
  }
  return { ok: true, manifests };
}

function fault(message: string, lines: LineCounter, offset: number): Fault {
  const { line, col } = lines.linePos(offset);
  return { message: message.replace(/[.:]?$/, '.'), line: Math.max(line, 1), column: Math.max(col, 1) };
}

function aliasOffset(document: Document.Parsed): number {
  let offset = document.range[0];
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return undefined;
      offset = alias.range?.[0] ?? offset;
      return visit.BREAK;
    },
  });
  return offset;
}

/** A `List`, or an `IngressList` whose items need not repeat what they are, stands for its items. */
function expand(document: Document.Parsed, index: number, raw: unknown, lines: LineCounter): readonly Manifest[] {
  const lineOf = (offset: number | undefined): number => lines.linePos(offset ?? 0).line;
  const whole = { raw, line: lineOf(document.contents?.range[0]), document: index, path: [] };
  if (!isRecord(raw) || !Array.isArray(raw['items']) || !isMap(document.contents)) return [whole];
  const { kind, apiVersion } = raw;
  if (typeof kind !== 'string' || !kind.endsWith('List')) return [whole];
  const itemKind = kind.slice(0, -'List'.length);
  const inherited = itemKind === '' ? {} : { kind: itemKind, apiVersion };
  const nodes: unknown = document.contents.get('items', true);
  return raw['items'].map((item: unknown, position): Manifest => {
    const node: unknown = isSeq(nodes) ? nodes.items[position] : undefined;
    const offset = isMap(node) ? node.range?.[0] : document.contents?.range[0];
    return { raw: isRecord(item) ? { ...inherited, ...item } : item, line: lineOf(offset), document: index, path: ['items', position] };
  });
}
