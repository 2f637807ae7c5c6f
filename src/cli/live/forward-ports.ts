import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import type { Command } from 'commander';
import { UnreachableError } from './unreachable-error.ts';

/** Ports that are forwarded for as long as it is open. */
export interface Forwarded {
  readonly close: () => void;
}

const namespace = 'naru-system';
const pods = 'app.kubernetes.io/name=naru';
const debugPort = 9902;

/**
 * As a plug-in of kubectl a verb that asks a running Naru asks the one of the cluster: kubectl forwards a port to its pods, unless
 * `--server` or files are given.
 */
export async function forwardFor(command: Command): Promise<Forwarded | undefined> {
  const { filename, kubeconfig, context } = command.opts<Readonly<Record<string, unknown>>>();
  if (filename !== undefined || command.getOptionValueSource('server') !== 'default') return undefined;
  const flags = [...flag('--kubeconfig', kubeconfig), ...flag('--context', context), '--namespace', namespace];
  const several = Array.isArray(command.getOptionValue('server'));
  const names = await podNames(flags);
  const forwarded = await Promise.all((several ? names : names.slice(0, 1)).map((name) => forward(name, flags)));
  const urls = forwarded.map(({ url }) => url);
  command.setOptionValueWithSource('server', several ? urls : urls[0], 'cli');
  return { close: () => forwarded.forEach(({ stop }) => stop()) };
}

function flag(name: string, value: unknown): readonly string[] {
  return typeof value === 'string' ? [name, value] : [];
}

async function podNames(flags: readonly string[]): Promise<readonly string[]> {
  const wanted = ['get', 'pods', '--selector', pods, '--field-selector', 'status.phase=Running', '--output', 'name'];
  const { stdout } = await promisify(execFile)('kubectl', [...flags, ...wanted]).catch((error: unknown) => {
    throw new UnreachableError(`kubectl does not find Naru's pods: ${error instanceof Error ? error.message : String(error)}`);
  });
  const names = stdout.split('\n').filter((line) => line !== '');
  if (names.length === 0)
    throw new UnreachableError(`No pod with the label ${pods} runs in the namespace ${namespace}. Is Naru installed?`);
  return names;
}

function forward(pod: string, flags: readonly string[]): Promise<{ readonly url: string; readonly stop: () => void }> {
  const child = spawn('kubectl', [...flags, 'port-forward', pod, `:${debugPort}`], { stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = (): void => void child.kill();
  let said = '';
  return new Promise((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said += chunk.toString('utf8');
      const port = /Forwarding from 127\.0\.0\.1:(\d+)/.exec(said)?.[1];
      if (port !== undefined) resolve({ url: `http://127.0.0.1:${port}`, stop });
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', (error) => reject(new UnreachableError(`kubectl cannot be run: ${error.message}`)));
    child.on('exit', () => reject(new UnreachableError(`kubectl port-forward to ${pod} ended: ${said.trim()}`)));
  });
}
