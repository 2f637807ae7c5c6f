import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Cleanup } from '../support/cleanup.ts';
import { eventually } from '../support/eventually.ts';

export interface ProcessOptions {
  /** What it reads from standard input. */
  readonly input?: string;
  /** Added to this process's environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** Instead of the checkout's own. */
  readonly program?: string;
  readonly cwd?: string;
}

/** The command line in a process of its own, as a user runs it. */
export class NaruProcess {
  readonly #child: ChildProcess;
  #output = '';
  #errors = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.on('data', (chunk: Buffer) => (this.#output += chunk.toString('utf8')));
    child.stderr?.on('data', (chunk: Buffer) => (this.#errors += chunk.toString('utf8')));
  }

  static start(t: Cleanup, args: readonly string[], options: ProcessOptions = {}): NaruProcess {
    const { input = '', env = {}, program, cwd } = options;
    const [command, ...first] = program === undefined ? [process.execPath, 'src/main.ts'] : [program];
    const spawnOptions = { stdio: 'pipe', env: { ...process.env, NO_COLOR: '1', ...env }, ...(cwd === undefined ? {} : { cwd }) } as const;
    const child = spawn(command, [...first, ...args], spawnOptions);
    child.stdin.end(input);
    const naru = new NaruProcess(child);
    t.after(() => naru.stop());
    return naru;
  }

  /** Standard output so far. */
  get output(): string {
    return this.#output;
  }

  get errors(): string {
    return this.#errors;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** What a pattern finds in the output, once it is there. */
  says(pattern: RegExp, deadlineMs?: number): Promise<RegExpExecArray> {
    const ask = (): RegExpExecArray | undefined => pattern.exec(this.#output) ?? undefined;
    return eventually(`${pattern} is printed\n${this.#output}\n${this.#errors}`, ask, deadlineMs === undefined ? {} : { deadlineMs });
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Asks it to end, so that it puts its things away; ends it if it does not. */
  async stop(): Promise<void> {
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
    this.#child.kill('SIGTERM');
    await this.ended();
    clearTimeout(kill);
  }

  /** The exit code. */
  async ended(): Promise<number | null> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'close');
    return this.#child.exitCode;
  }
}
