import { readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { KubeEvent } from '../event.ts';
import { kindNames } from '../kinds.ts';
import { type Change, FolderContents } from './contents.ts';
import { type Locate, locator } from './locate.ts';
import { reason, scan } from './scan.ts';

export interface FolderReading {
  readonly events: readonly KubeEvent[];
  readonly locate: Locate;
  /** Names of all files that were read, as in `Location`. */
  readonly files: readonly string[];
}

type Input = AsyncIterable<Buffer | string>;

/** Reads a file, a folder or `-` (standard input) once, for commands that do not watch. Files are called as in the folder. */
export function readFolder(path: string, input?: Input): Promise<FolderReading> {
  return read([path], (_, file) => file, input);
}

/** The same of several, together. Files are called by their paths, so that a terminal and an editor find them. */
export function readPaths(paths: readonly string[], input?: Input): Promise<FolderReading> {
  return read(paths, (folder, file) => join(folder, file), input);
}

async function read(paths: readonly string[], nameOf: (folder: string, file: string) => string, input?: Input): Promise<FolderReading> {
  const contents = new FolderContents();
  const changes: Change[] = [];
  for (const path of new Set(paths)) {
    if (path === '-') changes.push(await inputChange(input));
    else changes.push(...changesBelow(path, nameOf));
  }
  const events = contents.update(changes);
  return { events: [...events, ...synced()], locate: locator(contents), files: contents.fileNames() };
}

export function synced(): readonly KubeEvent[] {
  return kindNames.map((kind) => ({ type: 'synced', kind }));
}

function changesBelow(path: string, nameOf: (folder: string, file: string) => string): readonly Change[] {
  if (!isFolder(path)) return [fileChange(path, nameOf(dirname(path), basename(path)))];
  const { files, unreadable } = scan(path);
  const readable = [...files.keys()].map((file) => fileChange(join(path, file), nameOf(path, file)));
  return [...readable, ...[...unreadable].map(([file, why]) => ({ file: nameOf(path, file), content: { unreadable: why } }))];
}

function isFolder(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new Error(`There is no file or folder ${path}.`);
  return stat.isDirectory();
}

async function inputChange(input: Input = process.stdin): Promise<Change> {
  const chunks: Buffer[] = [];
  for await (const chunk of input) chunks.push(Buffer.from(chunk));
  return { file: 'stdin', content: { text: Buffer.concat(chunks).toString('utf8') } };
}

export function fileChange(path: string, file: string): Change {
  try {
    return { file, content: { text: readFileSync(path, 'utf8') } };
  } catch (error) {
    return { file, content: { unreadable: reason(error) } };
  }
}
