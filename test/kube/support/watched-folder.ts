import { mkdirSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import type { KubeEvent } from '../../../src/kube/event.ts';
import { Folder } from '../../../src/kube/folder.ts';
import { serviceYaml } from './objects.ts';
import { print, Recorder } from './recorder.ts';

export interface Watched {
  readonly dir: string;
  readonly folder: Folder;
  readonly events: Recorder;
  readonly save: (file: string, text: string) => void;
}

export function write(dir: string, file: string, text: string): void {
  mkdirSync(dirname(join(dir, file)), { recursive: true });
  writeFileSync(join(dir, file), text);
}

export async function given(t: TestContext, files: Readonly<Record<string, string>>, options: { pollMs?: number } = {}): Promise<Watched> {
  const dir = mkdtempSync(join(tmpdir(), 'naru-folder-'));
  for (const [file, text] of Object.entries(files)) write(dir, file, text);
  // A long interval: what a test sees was told by the file system.
  const folder = new Folder(dir, { pollMs: 60_000, ...options });
  const events = new Recorder(folder.events());
  t.after(() => {
    events.close();
    rmSync(dir, { recursive: true, force: true });
  });
  await events.synced();
  await watching(dir, events);
  return { dir, folder, events, save: (file, text) => write(dir, file, text) };
}

/** The watcher starts after the first read; a file that comes and goes tells that it is there. */
export async function watching(dir: string, events: Recorder): Promise<void> {
  write(dir, 'zz-probe.yaml', 'kind: Probe\n');
  await events.until(({ type }) => type === 'problems');
  unlinkSync(join(dir, 'zz-probe.yaml'));
  await events.until(({ type }) => type === 'problems');
}

export const isUpsert = ({ type }: KubeEvent): boolean => type === 'upsert';
export const isProblems = ({ type }: KubeEvent): boolean => type === 'problems';
export const isDelete = ({ type }: KubeEvent): boolean => type === 'delete';

/** Saves something else and returns all that was heard until that came. */
export async function heardUntilMark({ events, save }: Watched): Promise<readonly string[]> {
  save('zz-mark.yaml', serviceYaml('mark'));
  const heard = await events.until((event) => event.type === 'upsert' && event.key === 'shop/mark');
  return heard.slice(0, -1).map(print);
}
