import { hash } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Quarantined } from '../xds/quarantine/quarantine.ts';

export interface QuarantineFileOptions {
  /** Beside the last good snapshot. */
  readonly folder: string;
  readonly fleet: string;
  /** Whether private keys are written, too. */
  readonly keys: boolean;
  readonly log: (line: string) => void;
}

const format = { format: 'naru-quarantine', version: 1 } as const;

/**
 * What Envoys refused, with what is served instead: after a restart it need not be found out again, and what was good
 * before is not lost. Content is told by its hash, so that what has changed meanwhile is tried.
 */
export class QuarantineFile {
  readonly path: string;
  readonly #options: QuarantineFileOptions;
  /** What is in the file as far as this process knows. */
  #written: string | undefined;

  constructor(options: QuarantineFileOptions) {
    this.#options = options;
    this.path = join(options.folder, `${encodeURIComponent(options.fleet)}.quarantine`);
  }

  /** A file that cannot be used is as good as none: what is in it will be refused once more. */
  async read(): Promise<readonly Quarantined[]> {
    try {
      const {
        format: kind,
        version,
        fleet,
        sha256,
        rows,
      } = JSON.parse(await readFile(this.path, 'utf8')) as Readonly<Record<string, unknown>>;
      if (kind !== format.format || version !== format.version || fleet !== this.#options.fleet || typeof rows !== 'string') return [];
      if (sha256 !== hash('sha256', rows, 'base64url')) throw new Error('it is damaged');
      this.#written = rows;
      // Nobody else has written it.
      return JSON.parse(rows, withBuffers) as readonly Quarantined[];
    } catch (error) {
      if (!isMissing(error)) this.#options.log(`${this.path} cannot be used: ${String(error)}`);
      return [];
    }
  }

  /** Replaces the file as a whole, or leaves it as it is. */
  async write(quarantine: readonly Quarantined[]): Promise<void> {
    const { folder, fleet, keys, log } = this.#options;
    const kept = quarantine.filter(({ refusal }) => refusal !== undefined).flatMap((row) => withoutKeys(row, keys));
    const rows = JSON.stringify(kept.map(withTexts));
    if (rows === (this.#written ?? '[]')) return;
    try {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      const text = JSON.stringify({ ...format, fleet, sha256: hash('sha256', rows, 'base64url'), rows });
      // One that was left behind may have another mode.
      await rm(`${this.path}.new`, { force: true });
      await writeFile(`${this.path}.new`, text, { mode: 0o600, flag: 'wx', flush: true });
      await rename(`${this.path}.new`, this.path);
      this.#written = rows;
    } catch (error) {
      log(`what Envoys refused cannot be kept in ${this.path}: ${String(error)}`);
    }
  }
}

/** Of a certificate no other can be put back without its key; a listener that needs one is tried again. */
function withoutKeys(row: Quarantined, keys: boolean): readonly Quarantined[] {
  if (keys) return [row];
  if (row.what === 'secrets') return [{ ...row, replacement: { type: 'left out' }, needs: [] }];
  return row.needs.some(({ type }) => type === 'secrets') ? [] : [row];
}

/** Buffers as texts: `{ "base64": … }`. */
function withTexts(value: unknown): unknown {
  if (Buffer.isBuffer(value)) return { base64: value.toString('base64') };
  if (Array.isArray(value)) return value.map(withTexts);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withTexts(each)]));
}

function withBuffers(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !('base64' in value) || typeof value.base64 !== 'string') return value;
  return Buffer.from(value.base64, 'base64');
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}
