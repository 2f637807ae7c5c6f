import { parseFieldPath } from '../field-path.ts';
import { isKind, kindNames, kinds } from '../kinds.ts';
import type { FolderContents } from './contents.ts';
import { type Documents, parseDocuments } from './documents.ts';
import type { Entry, FileState } from './file-state.ts';
import { type Place, placeOf } from './place.ts';

/** Where a message points: a file, a place in it and the line that stands there. */
export interface Location extends Place {
  readonly file: string;
  readonly text: string;
}

/** `name`: where the field's name stands, not its value. */
export type Locate = (kind: string, key: string, field?: string, of?: 'name') => Location | undefined;

/** Finds the place of an object's field; of `File` and a file's name, the line that is named, or the place where it does not parse. */
export function locator(contents: FolderContents): Locate {
  let parsed: { state: FileState; documents: Documents } | undefined;
  return (kind, key, field = '', of) => {
    if (!isKind(kind)) return kind === 'File' ? placeInFile(contents.file(key), field) : undefined;
    const [entry] = contents.entriesOf(kind, key);
    const state = entry && contents.file(entry.file);
    if (entry === undefined || state === undefined) return undefined;
    if (parsed?.state !== state) parsed = { state, documents: parseDocuments(state.text) };
    return fieldOf({ entry, field, of }, state.text, parsed.documents);
  };
}

interface Wanted {
  readonly entry: Entry;
  readonly field: string;
  readonly of: 'name' | undefined;
}

function fieldOf({ entry, field, of }: Wanted, text: string, documents: Documents): Location | undefined {
  const { document, path } = entry.manifest;
  const segments = parseFieldPath(field);
  const place = placeOf(documents, document, [...path, ...segments], of);
  if (place === undefined) return undefined;
  const name = segments.at(-1) ?? entry.kind;
  const { sensitive } = kinds[entry.kind];
  const shown = sensitive ? `${' '.repeat(place.column - 1)}${name}: [redacted]` : lineOf(text, place.line);
  return { file: entry.file, ...place, ...(sensitive ? { width: String(name).length } : {}), text: shown };
}

const sensitiveKind = new RegExp(`kind["']?\\s*:\\s*["']?(?:${kindNames.filter((name) => kinds[name].sensitive).join('|')})`);

function placeInFile(state: FileState | undefined, field: string): Location | undefined {
  const line = Number(/^line (\d+)$/.exec(field)?.[1]);
  if (state === undefined || Number.isNaN(line)) return faultOf(state);
  const text = lineOf(state.text, line);
  return { file: state.file, line, column: 1, width: Math.max(text.length, 1), text: sensitiveKind.test(state.text) ? '[redacted]' : text };
}

function faultOf(state: FileState | undefined): Location | undefined {
  if (state?.broken === undefined) return undefined;
  const { text, fault } = state.broken;
  // Of a file that does not parse nobody can tell which lines are secret.
  const shown = sensitiveKind.test(text) ? '[redacted]' : lineOf(text, fault.line);
  return { file: state.file, line: fault.line, column: fault.column, width: 1, text: shown };
}

function lineOf(text: string, line: number): string {
  return text.split(/\r\n|\r|\n/)[line - 1] ?? '';
}
