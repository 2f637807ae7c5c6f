import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeSnapshot, Unreadable } from '../snapshot/last-good/decode-snapshot.ts';
import { encodeSnapshot } from '../snapshot/last-good/encode-snapshot.ts';
import { storedContent, type StoredSnapshot } from '../snapshot/last-good/stored-snapshot.ts';
import type { Snapshot } from '../snapshot/snapshot.ts';

export interface LastGoodFileOptions {
  /** Made if it is not there, for its owner alone. It must belong to one Naru at a time. */
  readonly folder: string;
  readonly fleet: string;
  /** Whether private keys are written, too. */
  readonly keys: boolean;
  readonly log: (line: string) => void;
}

/** How much is encoded at a time before others get their turn. */
const pieceBytes = 256 * 1024;

/** The file of one fleet's last good snapshot. Whatever happens to it is a line in the log and never an error. */
export class LastGoodFile {
  readonly path: string;
  readonly #options: LastGoodFileOptions;
  /** What is in the file as far as this process knows. */
  #content: string | undefined;
  #saidOpen = false;

  constructor(options: LastGoodFileOptions) {
    this.#options = options;
    this.path = join(options.folder, `${encodeURIComponent(options.fleet)}.snapshot`);
  }

  /** A file that cannot be used is renamed, so that somebody can look at it and it is not found again. */
  async read(): Promise<StoredSnapshot | undefined> {
    try {
      await this.#prepareFolder();
      const stored = decodeSnapshot(await readFile(this.path));
      if (stored.fleet !== this.#options.fleet) throw new Unreadable(`it belongs to the fleet ${stored.fleet}`);
      // What was written with keys must not stay when they are not wanted any more.
      if (stored.keys === this.#options.keys) this.#content = storedContent(stored.resources, stored.keys);
      return stored;
    } catch (error) {
      if (isMissing(error)) return undefined;
      if (error instanceof Unreadable) await this.#setAside(error.message);
      else this.#options.log(`${this.path} cannot be read: ${String(error)}`);
      return undefined;
    }
  }

  /** Replaces the file as a whole, or leaves it as it is. Does nothing when this is what is in it already. */
  async write(snapshot: Snapshot): Promise<void> {
    const content = storedContent(snapshot.resources, this.#options.keys);
    if (content === this.#content) return;
    const temporary = `${this.path}.new`;
    try {
      await this.#prepareFolder();
      await this.#writeAll(temporary, snapshot);
      await rename(temporary, this.path);
      await this.#syncFolder();
      this.#content = content;
    } catch (error) {
      this.#options.log(`snapshot ${snapshot.number} cannot be kept in ${this.path}: ${String(error)}`);
      await rm(temporary, { force: true }).catch(() => {});
    }
  }

  async #writeAll(path: string, snapshot: Snapshot): Promise<void> {
    // One that was left behind may have another mode.
    await rm(path, { force: true });
    const file = await open(path, 'wx', 0o600);
    try {
      let pieces: Buffer[] = [];
      let size = 0;
      for (const piece of encodeSnapshot(snapshot, this.#options.keys)) {
        pieces.push(piece);
        size += piece.length;
        if (size < pieceBytes) continue;
        await file.appendFile(Buffer.concat(pieces));
        pieces = [];
        size = 0;
      }
      await file.appendFile(Buffer.concat(pieces));
      await file.sync();
    } finally {
      await file.close();
    }
  }

  async #prepareFolder(): Promise<void> {
    const { folder, log } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const exposed = ((await stat(folder)).mode & 0o077) !== 0;
    // Not changed: it may be a volume of somebody else's, or a folder that others need. The file is private anyway.
    if (exposed && !this.#saidOpen) log(`${folder} is open to other users of this machine; the files that Naru writes there are not`);
    this.#saidOpen = exposed;
  }

  /** Only then is the new name certain to be there after a loss of power. */
  async #syncFolder(): Promise<void> {
    const folder = await open(this.#options.folder, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  }

  async #setAside(why: string): Promise<void> {
    const aside = `${this.path}.unreadable`;
    try {
      await rename(this.path, aside);
      this.#options.log(`${this.path} is set aside as ${aside}, because ${why}`);
    } catch (error) {
      this.#options.log(`${this.path} cannot be used, because ${why}; nor can it be set aside: ${String(error)}`);
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
