import type { Problem } from '../../model/problem.ts';
import { objectKey, type ObjectKey } from '../event.ts';
import type { Kind, KubeObject } from '../objects.ts';
import { read, sourceOf } from '../read.ts';
import { type Fault, type Manifest, parseManifests } from './documents.ts';
import { recognize } from './recognize.ts';

/** What one file of a folder says, as of its last save that could be read. */
export interface FileState {
  readonly file: string;
  /** The text that `entries` are of. */
  readonly text: string;
  readonly entries: readonly Entry[];
  readonly problems: readonly Problem[];
  /** A later text that does not parse. */
  readonly broken?: { readonly text: string; readonly fault: Fault };
}

/** An object of a kind that Naru reads, where it stands in its file. */
export interface Entry {
  readonly kind: Kind;
  readonly key: ObjectKey;
  readonly file: string;
  readonly manifest: Pick<Manifest, 'line' | 'document' | 'path'>;
  /** Absent when the object is not valid and never was. */
  readonly object?: KubeObject;
}

export type Content = { readonly text: string } | { readonly unreadable: string };

const keptLast = 'Its last good version stays active.';

const correctIt = 'Correct this place: the rest of the file is not looked at before.';

export function nextState(file: string, content: Content, former: FileState | undefined): FileState {
  if ('unreadable' in content) return kept(file, former, `The file cannot be read: ${content.unreadable}.`);
  const parsing = parseManifests(content.text);
  if (!parsing.ok) {
    const { fault } = parsing;
    const state = kept(file, former, `Line ${fault.line}, column ${fault.column}, does not parse: ${fault.message}`, correctIt);
    return { ...state, broken: { text: content.text, fault } };
  }
  const readings = parsing.manifests.map((manifest) => entryOf(file, manifest, former));
  return {
    file,
    text: content.text,
    entries: readings.flatMap(({ entry }) => entry ?? []),
    problems: readings.flatMap(({ problems }) => problems),
  };
}

function kept(file: string, former: FileState | undefined, message: string, fix?: string): FileState {
  const active = former?.entries.some(({ object }) => object !== undefined) === true;
  const problem: Problem = {
    code: 'NR101',
    severity: 'error',
    source: { kind: 'File', namespace: '', name: file },
    message,
    done: active ? keptLast : 'Nothing of it is active.',
    ...(fix === undefined ? {} : { fix }),
  };
  return { file, text: former?.text ?? '', entries: former?.entries ?? [], problems: [problem] };
}

function entryOf(file: string, manifest: Manifest, former: FileState | undefined): { entry?: Entry; problems: readonly Problem[] } {
  const { kind, problem } = recognize(file, manifest);
  if (kind === undefined) return { problems: [problem] };
  const { namespace, name } = sourceOf(kind, manifest.raw);
  const { line, document, path } = manifest;
  const entry = { kind, key: objectKey(namespace, name), file, manifest: { line, document, path } };
  const reading = problem === undefined ? read(kind, manifest.raw) : { ok: false as const, problems: [problem] };
  if (reading.ok) return { entry: { ...entry, object: reading.object }, problems: [] };
  const last = former?.entries.find((other) => other.kind === kind && other.key === entry.key)?.object;
  if (last === undefined) return { entry, problems: reading.problems };
  return { entry: { ...entry, object: last }, problems: reading.problems.map((found) => ({ ...found, done: keptLast })) };
}
