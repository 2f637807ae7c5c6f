import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** What is left of the last stage. */
export interface Image {
  readonly root: string;
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly entrypoint: readonly string[];
}

export interface BuildOptions {
  readonly file: string;
  /** An empty folder: each stage gets one in it, which is its root. */
  readonly folder: string;
  /** Files that a base image is known to have: its path there, and where it is on this machine. */
  readonly bases: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly env: NodeJS.ProcessEnv;
}

interface Stage {
  readonly name: string;
  readonly root: string;
  workdir: string;
  env: Record<string, string>;
  entrypoint: readonly string[];
}

/** Does what a Dockerfile says without a container engine: its stages are folders, and what it runs is run on this machine. Knows only the instructions that ours has. */
export async function buildImage(options: BuildOptions): Promise<Image> {
  const lines = readFileSync(options.file, 'utf8').split('\n');
  const stages: Stage[] = [];
  for (const line of lines.filter((one) => one !== '' && !one.startsWith('#'))) {
    const [, instruction = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(line) ?? [];
    if (instruction === 'FROM') stages.push(startStage(rest, stages.length, options));
    else await perform(instruction, rest, stages, options);
  }
  const last = stages.at(-1);
  if (last === undefined) throw new Error(`${options.file} has no stage`);
  return last;
}

function startStage(rest: string, index: number, { folder, bases }: BuildOptions): Stage {
  const [, base = '', name = String(index)] = /^(\S+)(?: AS (\S+))?$/.exec(rest) ?? [];
  const root = join(folder, name);
  mkdirSync(root);
  const files = bases[base];
  if (files === undefined) throw new Error(`nothing is known of the image ${base}`);
  for (const [path, here] of Object.entries(files)) cpSync(here, join(root, path), { recursive: true });
  return { name, root, workdir: '/', env: {}, entrypoint: [] };
}

async function perform(instruction: string, rest: string, stages: readonly Stage[], { env }: BuildOptions): Promise<void> {
  const stage = stages.at(-1);
  if (stage === undefined) throw new Error(`${instruction} stands before FROM`);
  const cwd = join(stage.root, stage.workdir);
  if (instruction === 'WORKDIR') mkdirSync(join(stage.root, (stage.workdir = rest)), { recursive: true });
  else if (instruction === 'ENV') Object.assign(stage.env, Object.fromEntries([rest.split('=')]));
  else if (instruction === 'ENTRYPOINT') stage.entrypoint = JSON.parse(rest) as string[];
  else if (instruction === 'COPY') await copy(rest, stage, stages);
  else if (instruction === 'RUN') {
    const PATH = `${join(stage.root, 'usr/local/bin')}:${env['PATH']}`;
    await run('sh', ['-c', rest], { cwd, env: { ...env, ...stage.env, PATH }, maxBuffer: 1 << 26 });
  } else throw new Error(`${instruction} is not known here`);
}

async function copy(rest: string, stage: Stage, stages: readonly Stage[]): Promise<void> {
  const [, from, source = '', to = ''] = /^(?:--from=(\S+) )?(\S+) (\S+)$/.exec(rest) ?? [];
  const target = to.startsWith('/') ? join(stage.root, to) : join(stage.root, stage.workdir, to);
  if (from === undefined) return copyContext(target);
  const other = stages.find(({ name }) => name === from);
  if (other === undefined) throw new Error(`COPY --from=${from}: there is no such stage`);
  const path = join(other.root, source);
  cpSync(path, to.endsWith('/') && statSync(path).isFile() ? join(target, basename(path)) : target, { recursive: true });
}

/** What git knows, and what is new: an engine leaves out what .dockerignore names, which is less than what .gitignore does. */
async function copyContext(target: string): Promise<void> {
  const { stdout } = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { maxBuffer: 1 << 26 });
  for (const file of stdout
    .trim()
    .split('\n')
    .filter((one) => statSync(one, { throwIfNoEntry: false }) !== undefined))
    cpSync(file, join(target, file), { recursive: true });
}
