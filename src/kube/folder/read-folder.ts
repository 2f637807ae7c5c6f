import { readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { KubeEvent } from '../event.ts';
import { kindNames } from '../kinds.ts';
import { type Change, FolderContents } from './contents.ts';
import { type Locate, locator } from './locate.ts';
import { reason, scan } from './scan.ts';

export interface FolderReading {
  readonly events: readonly KubeEvent[];
  readonly locate: Locate;
}

/** Reads a file, a folder or `-` (standard input) once, for commands that do not watch. */
export async function readFolder(path: string, input: AsyncIterable<Buffer | string> = process.stdin): Promise<FolderReading> {
  const contents = new FolderContents();
  const changes = path === '-' ? [await inputChange(input)] : changesBelow(path);
  const events = contents.update(changes);
  return { events: [...events, ...synced()], locate: locator(contents) };
}

export function synced(): readonly KubeEvent[] {
  return kindNames.map((kind) => ({ type: 'synced', kind }));
}

function changesBelow(path: string): readonly Change[] {
  if (!isFolder(path)) return [fileChange(path, basename(path))];
  const { files, unreadable } = scan(path);
  const readable = [...files.keys()].map((file) => fileChange(join(path, file), file));
  return [...readable, ...[...unreadable].map(([file, why]) => ({ file, content: { unreadable: why } }))];
}

function isFolder(path: string): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) throw new Error(`There is no file or folder ${path}.`);
  return stat.isDirectory();
}

async function inputChange(input: AsyncIterable<Buffer | string>): Promise<Change> {
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
