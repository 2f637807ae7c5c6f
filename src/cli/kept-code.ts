import { closeSync, fstatSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cachedDataVersionTag, getHeapCodeStatistics } from 'node:v8';
import { Script } from 'node:vm';

export interface KeptCode {
  /**
   * A CommonJS module in plain ASCII; modules that it imports at run time it gets by `importAt(url)`. Its first line is different in each
   * build: V8 itself compares no more than lengths.
   */
  readonly file: string;
  /** Where what V8 made of it is kept, and nothing else. Only what belongs to this user is read there: whoever writes it can make us run anything. */
  readonly folder: string;
  /** What is to be done: each task calls functions of its own. A part of a file name. */
  readonly task: string;
  /** Whether another process with this task will do what this one did; asked at the end. */
  readonly isTelling: () => boolean;
}

/**
 * Runs a module with what V8 compiled of it for an earlier process; gives what it exports, or undefined where there is no such file.
 * Node's own compile cache has what is compiled when a file is loaded. Most functions are compiled later, when they are first called:
 * here everything is kept that is there when the process ends. https://nodejs.org/api/vm.html#scriptcreatecacheddata
 */
export function runKept({ file, folder, task, isTelling }: KeptCode): unknown {
  const source = read(file)?.toString('latin1');
  if (source === undefined) return undefined;
  const build = join(folder, source.slice(0, source.indexOf('\n')).replaceAll(/\W/g, ''));
  const path = join(build, `${task}-${process.version}-${process.arch}-${cachedDataVersionTag().toString(16)}`);
  const kept = read(path, process.getuid?.());
  const script = new Script(`(function (module, __filename, importAt) {${source}\n})`, {
    filename: file,
    ...(kept !== undefined && { cachedData: kept.subarray(sizeLength) }),
  });
  const sizeBefore = kept === undefined || script.cachedDataRejected === true ? 0 : kept.readDoubleLE();
  process.on('exit', () => {
    const size = getHeapCodeStatistics().bytecode_and_metadata_size;
    if (size > 1.01 * sizeBefore && isTelling()) keep(path, size, script.createCachedData());
  });
  const module = { exports: {} };
  (script.runInThisContext() as (...args: readonly unknown[]) => void)(module, file, importAt);
  return module.exports;
}

const importAt = (url: string): Promise<unknown> => import(url);

/** Of the number before the code: how much was compiled. */
const sizeLength = 8;

function read(path: string, owner?: number): Buffer | undefined {
  try {
    const file = openSync(path, 'r');
    try {
      return owner === undefined || fstatSync(file).uid === owner ? readFileSync(file) : undefined;
    } finally {
      closeSync(file);
    }
  } catch {
    return undefined;
  }
}

/** Whole or not at all, whoever else does the same. Where it cannot be written, nothing is kept. */
function keep(path: string, size: number, code: Buffer): void {
  const build = dirname(path);
  const builds = dirname(build);
  const head = Buffer.alloc(sizeLength);
  head.writeDoubleLE(size);
  try {
    if (mkdirSync(build, { recursive: true, mode: 0o700 }) !== undefined) {
      for (const other of readdirSync(builds)) if (join(builds, other) !== build) rmSync(join(builds, other), { recursive: true });
    }
    writeFileSync(`${path}.${process.pid}`, Buffer.concat([head, code]), { mode: 0o600 });
    renameSync(`${path}.${process.pid}`, path);
  } catch {}
}
