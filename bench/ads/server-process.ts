import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { frameSotw } from '../../src/ads/wire.ts';
import { typeUrls, type TypeName } from '../../src/snapshot/resource.ts';
import { costOf, type Cost } from '../support/process-cost.ts';
import type { Hot } from '../support/profiler.ts';
import { firstResources, RouteTable } from './world.ts';

export const serverNames = ['naru', 'go-control-plane linear', 'go-control-plane snapshot'] as const;
export type ServerName = (typeof serverNames)[number];

const root = join(import.meta.dirname, '../..');
/** Kept from run to run: Go sees by itself whether it has to build again. */
const folder = join(tmpdir(), `naru-bench-${process.getuid?.() ?? 0}`);
const goBinary = join(folder, 'go-control-plane');
const worldFolder = join(folder, 'world');

/** Compiles the Go server; the first time takes minutes. Throws when there is no Go. */
export function buildGoServer(): void {
  mkdirSync(folder, { recursive: true });
  execFileSync('go', ['build', '-o', goBinary, '.'], { cwd: join(import.meta.dirname, '../go-control-plane'), stdio: 'inherit' });
}

/** Writes the resources to files that the Go server reads: one DiscoveryResponse for each type. */
export function writeWorld(): void {
  mkdirSync(worldFolder, { recursive: true });
  const resources = firstResources(new RouteTable());
  for (const type of ['clusters', 'endpoints', 'listeners', 'routes'] satisfies TypeName[]) {
    const ofType = resources.filter((resource) => resource.type === type);
    const typeUrl = typeUrls[type];
    const bytes = frameSotw({ typeUrl, version: '', nonce: '', resources: ofType, removed: [] });
    writeFileSync(join(worldFolder, typeUrl.slice(typeUrl.lastIndexOf('.') + 1)), bytes);
  }
}

/** A server under measurement: takes one command a line and answers each with a line. */
export class ServerProcess {
  readonly #process: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #input: Interface;

  private constructor(process: ChildProcess) {
    this.#process = process;
    if (process.stdout === null) throw new Error('the server has no output');
    this.#input = createInterface({ input: process.stdout });
    this.#lines = this.#input[Symbol.asyncIterator]();
  }

  static async start(name: ServerName): Promise<{ readonly server: ServerProcess; readonly port: number }> {
    const server = new ServerProcess(
      name === 'naru'
        ? spawn(process.execPath, [join(root, 'bench/ads/naru-server.ts')], { stdio: ['pipe', 'pipe', 'inherit'] })
        : spawn(goBinary, ['-world', worldFolder, '-cache', name.split(' ')[1] ?? ''], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    return { server, port: Number(await server.#line()) };
  }

  get cost(): Cost {
    return costOf(this.pid);
  }

  get pid(): number {
    if (this.#process.pid === undefined) throw new Error('the server could not be started');
    return this.#process.pid;
  }

  tell(command: string): Promise<string> {
    this.#process.stdin?.write(`${command}\n`);
    return this.#line();
  }

  /** Where the time went since `tell('profile')`; Naru only. */
  async hottest(): Promise<readonly Hot[]> {
    return JSON.parse(await this.tell('hottest')) as readonly Hot[];
  }

  async stop(): Promise<void> {
    const ended = this.#process.exitCode === null ? new Promise((resolve) => void this.#process.once('exit', resolve)) : undefined;
    this.#process.stdin?.end();
    const force = setTimeout(() => this.#process.kill('SIGKILL'), 5_000);
    await ended;
    clearTimeout(force);
    this.#input.close();
  }

  async #line(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done === true) throw new Error('the server has ended; what it said of it stands above');
    return value;
  }
}
