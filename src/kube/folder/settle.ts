import type { Scan } from './scan.ts';

/** What one look at a folder says: files to read now, and whether to look again before anything is read. */
export interface Look {
  readonly due: readonly string[];
  readonly gone: readonly string[];
  readonly unreadable: ReadonlyMap<string, string>;
  readonly again: boolean;
}

const goneMark = 'gone';
/** So many looks a file must stay the same: one that is empty or not there is often just being written. */
const looksWanted = { written: 1, missing: 2 };
/** After so many looks the files that are quiet do not wait for the others any longer. */
const patience = 3;

/**
 * Decides when a file has been saved to its end. It compares one look at the folder with the next, so that it does not
 * matter how an editor saves, or whether a change was reported once, twice or too early.
 */
export class Settle {
  readonly #read = new Map<string, string>();
  #pending = new Map<string, { readonly mark: string; readonly looks: number }>();
  #waited = 0;

  /** At the start nothing has to be waited for. */
  first(scan: Scan): Look {
    for (const [file, mark] of marksOf(scan)) this.#read.set(file, mark);
    return { due: [...scan.files.keys()], gone: [], unreadable: scan.unreadable, again: false };
  }

  look(scan: Scan): Look {
    const marks = marksOf(scan);
    for (const file of this.#read.keys()) if (!marks.has(file) && !isBelow(file, scan.unreadable)) marks.set(file, goneMark);
    const pending = new Map<string, { readonly mark: string; readonly looks: number }>();
    for (const [file, mark] of marks) {
      if (mark === (this.#read.get(file) ?? goneMark)) continue;
      const before = this.#pending.get(file);
      pending.set(file, { mark, looks: before?.mark === mark ? before.looks + 1 : 0 });
    }
    const quiet = [...pending].filter(([file, { mark, looks }]) => {
      const written = mark !== goneMark && scan.files.get(file)?.size !== 0;
      return looks >= (written ? looksWanted.written : looksWanted.missing);
    });
    this.#pending = pending;
    this.#waited = pending.size === 0 ? 0 : this.#waited + 1;
    // All that was saved together is read together, unless a file is being written without end.
    if (quiet.length < pending.size && this.#waited <= patience) return { due: [], gone: [], unreadable: new Map(), again: true };
    for (const [file, { mark }] of quiet) this.#settled(file, mark);
    const files = quiet.map(([file]) => file);
    return {
      due: files.filter((file) => scan.files.has(file)),
      gone: files.filter((file) => marks.get(file) === goneMark),
      unreadable: new Map(
        files.flatMap((file) => [...(scan.unreadable.has(file) ? [[file, scan.unreadable.get(file) ?? ''] as const] : [])]),
      ),
      again: this.#pending.size > 0,
    };
  }

  #settled(file: string, mark: string): void {
    this.#pending.delete(file);
    if (mark === goneMark) this.#read.delete(file);
    else this.#read.set(file, mark);
  }
}

function marksOf({ files, unreadable }: Scan): Map<string, string> {
  const marks = new Map<string, string>();
  for (const [file, { mark }] of files) marks.set(file, mark);
  for (const [file, reason] of unreadable) marks.set(file, `unreadable: ${reason}`);
  return marks;
}

/** The files of a folder that cannot be read at the moment have not gone. */
function isBelow(file: string, unreadable: ReadonlyMap<string, string>): boolean {
  return [...unreadable.keys()].some((folder) => file.startsWith(`${folder}/`));
}
