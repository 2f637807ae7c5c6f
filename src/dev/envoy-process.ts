import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type AdminResponse, adminRequest } from './admin-request.ts';
import { type Address, type BootstrapOptions, renderBootstrap } from './bootstrap.ts';

export interface EnvoyProcessOptions {
  /** Path of the binary. */
  readonly envoy: string;
  /** Without `admin`, the admin interface is a socket in a private folder. */
  readonly bootstrap: Omit<BootstrapOptions, 'admin'> & { readonly admin?: Address };
  readonly onEvent?: (event: EnvoyEvent) => void;
}

export type EnvoyEvent =
  | { readonly type: 'started'; readonly pid: number }
  /** It died without being asked to and is started again after a pause. `log` is the end of what it said. */
  | {
      readonly type: 'exited';
      readonly code: number | null;
      readonly signal: NodeJS.Signals | null;
      readonly restartInMs: number;
      readonly log: readonly string[];
    };

const keptLogLines = 200;
const pauses = { first: 200, longest: 5000 };
/** One that ran for so long was not started in vain: the next pause is a short one again. */
const longRunMs = 10_000;
const killAfterMs = 2000;

/**
 * The shell becomes Envoy, and leaves behind a small process that reads from a pipe which only this process holds: when it
 * ends, even by SIGKILL, the read ends, and Envoy and its folder go too.
 */
const startScript = `folder=$1
shift
(cat <&3; kill -KILL $$; rm -rf -- "$folder") >/dev/null 2>&1 &
exec "$@" 3<&-`;

/** The local Envoy: started again whenever it dies, until `stop`. */
export class EnvoyProcess {
  readonly admin: Address;
  readonly #options: EnvoyProcessOptions;
  readonly #folder: string;
  readonly #log: string[] = [];
  readonly #accessLog: string[] = [];
  readonly #onProcessExit = (): void => this.#abandon();
  #child: ChildProcess | undefined;
  #startedAt = 0;
  #pauseMs = pauses.first;
  #restart: NodeJS.Timeout | undefined;
  #stopping: Promise<void> | undefined;

  private constructor(options: EnvoyProcessOptions) {
    this.#options = options;
    // mkdtemp makes folders that only their owner may enter.
    this.#folder = mkdtempSync(join(tmpdir(), 'naru-envoy-'));
    this.admin = options.bootstrap.admin ?? { path: join(this.#folder, 'admin.sock') };
  }

  static start(options: EnvoyProcessOptions): EnvoyProcess {
    const envoy = new EnvoyProcess(options);
    try {
      const bootstrap = renderBootstrap({ ...options.bootstrap, admin: envoy.admin });
      writeFileSync(envoy.#bootstrapFile, JSON.stringify(bootstrap, null, 2), { mode: 0o600 });
    } catch (error) {
      rmSync(envoy.#folder, { recursive: true, force: true });
      throw error;
    }
    process.once('exit', envoy.#onProcessExit);
    envoy.#spawn();
    return envoy;
  }

  /** Undefined while it is down. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** The last lines that it wrote, the oldest first. */
  get log(): readonly string[] {
    return [...this.#log];
  }

  /** The same of its access log. */
  get accessLog(): readonly string[] {
    return [...this.#accessLog];
  }

  adminRequest(path: string, method: 'GET' | 'POST' = 'GET'): Promise<AdminResponse> {
    return adminRequest(this.admin, path, method);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  get #bootstrapFile(): string {
    return join(this.#folder, 'bootstrap.json');
  }

  #spawn(): void {
    const flags = [
      '-c',
      this.#bootstrapFile,
      '--disable-hot-restart',
      '--concurrency',
      '2',
      '--log-level',
      'warning',
      '--file-flush-interval-msec',
      '100',
    ];
    // A process group of its own: Ctrl-C reaches Naru alone, which then stops Envoy in its own time.
    const child = spawn('/bin/sh', ['-c', startScript, 'naru-envoy', this.#folder, this.#options.envoy, ...flags], {
      stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
      detached: true,
    });
    this.#child = child;
    this.#startedAt = performance.now();
    this.#readLines(child.stdout, this.#accessLog);
    this.#readLines(child.stderr, this.#log);
    child.once('error', (error) => keepLine(this.#log, String(error)));
    child.once('exit', () => endGroup(child));
    child.once('close', (code, signal) => this.#closed(code, signal));
    if (child.pid !== undefined) this.#options.onEvent?.({ type: 'started', pid: child.pid });
  }

  #readLines(stream: Readable | null, log: string[]): void {
    if (stream !== null) createInterface({ input: stream }).on('line', (line) => keepLine(log, line));
  }

  #closed(code: number | null, signal: NodeJS.Signals | null): void {
    this.#child = undefined;
    if (this.#stopping !== undefined) return;
    if (performance.now() - this.#startedAt > longRunMs) this.#pauseMs = pauses.first;
    const restartInMs = this.#pauseMs;
    this.#pauseMs = Math.min(restartInMs * 2, pauses.longest);
    this.#restart = setTimeout(() => this.#spawn(), restartInMs);
    this.#options.onEvent?.({ type: 'exited', code, signal, restartInMs, log: this.log });
  }

  async #stop(): Promise<void> {
    clearTimeout(this.#restart);
    const child = this.#child;
    if (child !== undefined) {
      const closed = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGTERM');
      const kill = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
      await closed;
      clearTimeout(kill);
    }
    process.removeListener('exit', this.#onProcessExit);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Nothing can be waited for any more. */
  #abandon(): void {
    if (this.#child !== undefined) endGroup(this.#child);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

function keepLine(log: string[], line: string): void {
  log.push(line);
  if (log.length > keptLogLines) log.shift();
}

/** Ends Envoy if it still runs, and the process that watches over it, before that one sees its pipe end. */
function endGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // The group is gone already.
  }
  child.stdio[3]?.destroy();
}
