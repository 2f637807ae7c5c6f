import { execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';
import type { Replica } from './replica.ts';
import { UnreachableError } from './unreachable-error.ts';

export interface WhereNaruRuns {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly naruNamespace?: string;
}

/** Pods to which ports are forwarded for as long as it is open. */
export interface Forwarded {
  readonly replicas: readonly Replica[];
  readonly close: () => void;
}

const usualNamespace = 'naru-system';
const label = 'app.kubernetes.io/name=naru';
/** Of a pod that names none. */
const usualPort = 9902;

/** Lets kubectl forward a port to each pod of Naru that is ready; to those that run, where none is. */
export async function forward({ kubeconfig, context, naruNamespace = usualNamespace }: WhereNaruRuns): Promise<Forwarded> {
  const flags = [...flag('--kubeconfig', kubeconfig), ...flag('--context', context), '--namespace', naruNamespace];
  const forwarded = await Promise.all((await findPods(flags, naruNamespace)).map((pod) => forwardTo(pod, flags)));
  return {
    replicas: forwarded.map(({ name, url }) => ({ name, url })),
    close: () => forwarded.forEach(({ stop }) => stop()),
  };
}

function flag(name: string, value: string | undefined): readonly string[] {
  return value === undefined ? [] : [name, value];
}

interface Pod {
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string };
  readonly spec: {
    readonly containers: readonly { readonly ports?: readonly { readonly name?: string; readonly containerPort: number }[] }[];
  };
  readonly status: { readonly phase?: string; readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

async function findPods(flags: readonly string[], namespace: string): Promise<readonly Pod[]> {
  const wanted = ['get', 'pods', '--selector', label, '--output', 'json'];
  const { stdout } = await promisify(execFile)('kubectl', [...flags, ...wanted], { maxBuffer: 1 << 26 }).catch((error: unknown) => {
    const { stderr = '', message } = error as Error & { readonly stderr?: string };
    throw new UnreachableError(`kubectl does not find Naru's pods: ${stderr.trim() || message}`);
  });
  const running = (JSON.parse(stdout) as { readonly items: readonly Pod[] }).items.filter(
    ({ metadata, status }) => status.phase === 'Running' && metadata.deletionTimestamp === undefined,
  );
  if (running.length === 0)
    throw new UnreachableError(
      `No pod with the label ${label} runs in the namespace ${namespace}. Is Naru installed? Elsewhere: --naru-namespace.`,
    );
  const ready = running.filter(({ status }) => status.conditions?.some(({ type, status: holds }) => type === 'Ready' && holds === 'True'));
  if (ready.length > 0) return ready;
  process.stderr.write(`No pod of Naru is ready. Those that run are asked: kubectl -n ${namespace} get pods -l ${label}\n`);
  return running;
}

function portOf({ spec }: Pod): number {
  const ports = spec.containers.flatMap((container) => container.ports ?? []);
  return ports.find(({ name }) => name === 'debug')?.containerPort ?? usualPort;
}

function forwardTo(pod: Pod, flags: readonly string[]): Promise<Replica & { readonly stop: () => void }> {
  const { name } = pod.metadata;
  const child = spawn('kubectl', [...flags, 'port-forward', `pod/${name}`, `:${portOf(pod)}`], { stdio: ['ignore', 'pipe', 'pipe'] });
  const stop = (): void => void child.kill();
  let said = '';
  return new Promise((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said += chunk.toString('utf8');
      const port = /Forwarding from 127\.0\.0\.1:(\d+)/.exec(said)?.[1];
      if (port !== undefined) resolve({ name, url: `http://127.0.0.1:${port}`, stop });
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('error', (error) => reject(new UnreachableError(`kubectl cannot be run: ${error.message}`)));
    child.on('exit', () => reject(new UnreachableError(`kubectl port-forward to ${name} ended: ${said.trim()}`)));
  });
}
