import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { ControlPlane } from '../../support/control-plane.ts';
import { eventually } from '../../support/eventually.ts';
import type { PodAddress } from './pod-network.ts';
import type { PodObject } from './pod-object.ts';
import type { Programs } from './programs.ts';

interface Line {
  readonly at: number;
  readonly text: string;
}

/** The one container of a Pod: a process in a network of its own, with what it has mounted in a folder. */
export class PodProcess {
  readonly address: string;
  readonly #network: PodAddress;
  readonly #process: ChildProcess;
  readonly #log: Line[] = [];

  private constructor(network: PodAddress, process: ChildProcess) {
    this.address = network.address;
    this.#network = network;
    this.#process = process;
    for (const stream of [process.stdout, process.stderr])
      if (stream !== null) createInterface(stream).on('line', (text) => this.#log.push({ at: Date.now(), text }));
  }

  /** Its files are written below `folder`. Resolves when it runs and has said so. */
  static async start(pod: PodObject, at: PodAddress, programs: Programs, control: ControlPlane, folder: string): Promise<PodProcess> {
    const [container] = pod.spec.containers;
    const program = programOf(pod, programs);
    if (container === undefined || program === undefined) throw new Error(`nobody knows the image ${container?.image ?? '(none)'}`);
    const mounts = await mountVolumes(pod, control, folder);
    const env = Object.fromEntries((container.env ?? []).map((entry) => [entry.name, valueOf(entry, pod, mounts)]));
    const [command, ...args] = at.enter;
    const own = (container.args ?? []).map((arg) => inPlace(arg, mounts).replaceAll(/\$\((\w+)\)/g, (_, name: string) => env[name] ?? ''));
    const child = spawn(command, [...args, program, ...own], {
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const started = new PodProcess(at, child);
    await eventually(`${container.image} says that it runs`, () => (started.#log.length > 0 ? true : undefined), { deadlineMs: 60_000 });
    return started;
  }

  /** What it wrote since then, in milliseconds of the epoch. */
  logSince(time: number): string {
    return this.#log.flatMap(({ at, text }) => (at >= time ? [`${text}\n`] : [])).join('');
  }

  stop(): void {
    this.#process.kill('SIGKILL');
    this.#network.remove();
  }
}

/** What runs in the Pod; undefined where nobody knows its image. */
export function programOf({ spec }: PodObject, { images }: Programs): string | undefined {
  return images.find(({ image }) => spec.containers[0]?.image.includes(image) === true)?.program;
}

/** Where on this machine the folders are that the container sees, by the paths by which it sees them. */
async function mountVolumes({ metadata, spec }: PodObject, control: ControlPlane, folder: string): Promise<Mounts> {
  const mounts = new Map<string, string>();
  const contents = new Map<string, Buffer>();
  for (const { name, mountPath } of spec.containers.flatMap(({ volumeMounts }) => volumeMounts ?? [])) {
    const volume = spec.volumes?.find((one) => one.name === name);
    const [kind, object] = volume?.secret === undefined ? ['configmaps', volume?.configMap?.name] : ['secrets', volume.secret.secretName];
    const target = path.join(folder, metadata.uid, name);
    if (object === undefined && volume?.emptyDir === undefined) continue;
    mkdirSync(target, { recursive: true });
    mounts.set(mountPath, target);
    if (object === undefined) continue;
    const items = volume?.secret?.items ?? volume?.configMap?.items;
    // As with a kubelet, the Pod waits until it is there.
    const { data = {} } = await eventually(
      `${kind} ${object} for the Pod ${metadata.name}`,
      async () =>
        (await control.call('GET', `/api/v1/namespaces/${metadata.namespace}/${kind}/${object}`)) as { data?: Record<string, string> },
      { deadlineMs: 60_000 },
    );
    for (const item of items ?? Object.keys(data).map((key) => ({ key, path: key })))
      contents.set(path.join(target, item.path), Buffer.from(data[item.key] ?? '', kind === 'secrets' ? 'base64' : 'utf8'));
  }
  for (const [file, content] of contents) writeFileSync(file, file.endsWith('.json') ? inPlace(content.toString('utf8'), mounts) : content);
  return mounts;
}

/** Folders of this machine by what the container takes them for. */
type Mounts = ReadonlyMap<string, string>;

/** A text of the container, for which there are no mounts here. */
function inPlace(text: string, mounts: Mounts): string {
  return [...mounts].reduce((edited, [at, folder]) => edited.replaceAll(`${at}/`, `${folder}/`), text);
}

function valueOf(
  { value, valueFrom }: NonNullable<PodObject['spec']['containers'][number]['env']>[number],
  { metadata }: PodObject,
  mounts: Mounts,
): string {
  if (valueFrom?.fieldRef?.fieldPath === 'metadata.name') return metadata.name;
  if (valueFrom?.fieldRef?.fieldPath === 'metadata.namespace') return metadata.namespace;
  return inPlace(value ?? '', mounts);
}
