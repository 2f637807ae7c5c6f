import { parseFieldPath } from '../field-path.ts';
import { isKind, kindNames, kinds } from '../kinds.ts';
import type { FolderContents } from './contents.ts';
import { type Documents, parseDocuments } from './documents.ts';
import type { Entry, FileState } from './file-state.ts';
import { placeOf } from './place.ts';

/** Where a message points: a file, a place in it (from 1) and the line that stands there. */
interface Location {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

export type Locate = (kind: string, key: string, field?: string) => Location | undefined;

/** Finds the place of an object's field; of `File` and a file's name, the place where it does not parse. */
export function locator(contents: FolderContents): Locate {
  let parsed: { state: FileState; documents: Documents } | undefined;
  return (kind, key, field = '') => {
    if (!isKind(kind)) return kind === 'File' ? faultOf(contents.file(key)) : undefined;
    const [entry] = contents.entriesOf(kind, key);
    const state = entry && contents.file(entry.file);
    if (entry === undefined || state === undefined) return undefined;
    if (parsed?.state !== state) parsed = { state, documents: parseDocuments(state.text) };
    return fieldOf(entry, field, state.text, parsed.documents);
  };
}

function fieldOf(entry: Entry, field: string, text: string, documents: Documents): Location | undefined {
  const { document, path } = entry.manifest;
  const segments = parseFieldPath(field);
  const place = placeOf(documents, document, [...path, ...segments]);
  if (place === undefined) return undefined;
  const name = segments.at(-1) ?? entry.kind;
  const shown = kinds[entry.kind].sensitive ? `${' '.repeat(place.column - 1)}${name}: [redacted]` : lineOf(text, place.line);
  return { file: entry.file, ...place, text: shown };
}

const sensitiveKind = new RegExp(`kind["']?\\s*:\\s*["']?(?:${kindNames.filter((name) => kinds[name].sensitive).join('|')})`);

function faultOf(state: FileState | undefined): Location | undefined {
  if (state?.broken === undefined) return undefined;
  const { text, fault } = state.broken;
  // Of a file that does not parse nobody can tell which lines are secret.
  const shown = sensitiveKind.test(text) ? '[redacted]' : lineOf(text, fault.line);
  return { file: state.file, line: fault.line, column: fault.column, text: shown };
}

function lineOf(text: string, line: number): string {
  return text.split(/\r\n|\r|\n/)[line - 1] ?? '';
}
