import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

/** The files below a folder that may hold objects, each with something that changes when the file does. */
export interface Scan {
  /** By path relative to the folder, with `/`. */
  readonly files: ReadonlyMap<string, Signature>;
  /** Files and folders that are there and cannot be read, each with the reason. */
  readonly unreadable: ReadonlyMap<string, string>;
}

interface Signature {
  readonly size: number;
  readonly mark: string;
}

/** Synchronous: a thousand files take some milliseconds so, and many times that through the thread pool. */
export function scan(root: string): Scan {
  const files = new Map<string, Signature>();
  const unreadable = new Map<string, string>();
  walk(root, '', []);
  return { files, unreadable };

  function walk(folder: string, prefix: string, above: readonly string[]): void {
    const real = realpathSync(folder);
    // A link to a folder that we are in.
    if (above.includes(real)) return;
    for (const name of readdirSync(folder)) {
      if (isIgnored(name)) continue;
      const path = join(folder, name);
      const relative = prefix + name;
      try {
        const stat = statSync(path);
        if (stat.isDirectory()) walk(path, `${relative}/`, [...above, real]);
        else if (isManifest(name) && stat.isFile()) {
          files.set(relative, { size: stat.size, mark: `${stat.mtimeMs} ${stat.ctimeMs} ${stat.size} ${stat.dev} ${stat.ino}` });
        }
      } catch (error) {
        const entry = lstatSync(path, { throwIfNoEntry: false });
        // It went between two looks, or it is somebody's link that we would not read anyway.
        if (entry === undefined || (entry.isSymbolicLink() && !isManifest(name))) continue;
        unreadable.set(relative, reason(error));
      }
    }
  }
}

/** Hidden files, locks and backups of editors, and folders of packages. */
export function isIgnored(name: string): boolean {
  return /^[.#~]/.test(name) || name === 'node_modules';
}

export function isManifest(path: string): boolean {
  return /\.(?:ya?ml|json)$/i.test(basename(path));
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'it is a link to something that does not exist',
  ELOOP: 'its links lead in a circle',
  EACCES: 'permission was denied',
  EPERM: 'permission was denied',
  EISDIR: 'it is a folder',
};

export function reason(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return reasons[code] ?? message;
}
