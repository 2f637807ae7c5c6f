// One process of the test control plane: etcd, the API server or the controller manager.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import path from 'node:path';

/** Its log is a file in the folder in which it runs. */
export async function startComponent(binary: string, name: string, flags: readonly string[], folder: string): Promise<Component> {
  const log = path.join(folder, `${name}.log`);
  const output = await open(log, 'a');
  try {
    // Its standard input stays open as long as this process lives; when it closes, the component ends itself.
    const child = spawn(binary, [name, ...flags], { cwd: folder, stdio: ['pipe', output.fd, output.fd] });
    return new Component(name, log, child);
  } finally {
    await output.close();
  }
}

export class Component {
  readonly name: string;
  readonly #log: string;
  readonly #process: ChildProcess;

  constructor(name: string, log: string, process: ChildProcess) {
    this.name = name;
    this.#log = log;
    this.#process = process;
    // A test that forgets to stop it ends nevertheless.
    process.unref();
  }

  get isRunning(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  async stop(): Promise<void> {
    if (!this.isRunning) return;
    const ended = once(this.#process, 'exit');
    this.#process.ref();
    this.kill();
    await ended;
  }

  async logTail(): Promise<string> {
    const lines = (await readFile(this.#log, 'utf8')).trimEnd().split('\n');
    return `--- ${this.name}, the last lines of its log\n${lines.slice(-40).join('\n')}`;
  }
}
