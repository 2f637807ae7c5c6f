import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDefaultCertificate, type SelfSigned } from '../../../src/runtime/default-certificate.ts';
import { configMapYaml } from '../yaml.ts';
import { hostYaml, secretYaml, type StormHost } from './host.ts';
import type { Random } from './random.ts';

const edits = ['add host', 'remove host', 'rotate certificate', 'roll endpoints', 'change weight', 'change paths'] as const;
export type EditKind = (typeof edits)[number];

const podNumbers = [1, 2, 3, 4, 5, 6];
const mostExtras = 20;
/** Certificates that a Secret takes turns with. */
const turns = 3;
const everyName = ['*.storm.test'];

/** A folder of hosts: calm ones that nobody edits, busy ones that are edited, and extra ones that come and go. */
export class StormWorld {
  readonly calm: readonly string[] = ['calm-plain', 'calm-own', 'calm-shared'];
  readonly busy: readonly [string, ...string[]] = ['busy-plain', 'busy-own', 'busy-shared', 'busy-second'];
  readonly made: Record<EditKind, number> = Object.fromEntries(edits.map((kind) => [kind, 0])) as Record<EditKind, number>;
  readonly #folder: string;
  readonly #podPort: number;
  readonly #random: Random;
  readonly #certificates: readonly SelfSigned[];
  readonly #hosts = new Map<string, StormHost>();
  readonly #secrets = new Map<string, number>();
  readonly #gone = new Set<string>();
  #count = 0;

  private constructor(folder: string, podPort: number, random: Random, certificates: readonly SelfSigned[]) {
    this.#folder = folder;
    this.#podPort = podPort;
    this.#random = random;
    this.#certificates = certificates;
    // Connections are to end by nothing else than edits.
    this.#save('settings', configMapYaml({ 'keep-alive-requests': '0' }));
    for (const name of ['shared', 'calm-own', 'busy-own', 'busy-second']) this.#writeSecret(name, 0);
    for (const name of [...this.calm, ...this.busy]) {
      const canary = this.busy.includes(name) ? { weight: 20, pods: [1, 2] } : undefined;
      this.#write({ ...this.#newHost(name, secretOf(name)), ...(canary && { canary }) });
    }
  }

  static async make(folder: string, podPort: number, random: Random): Promise<StormWorld> {
    const certificates = await Promise.all(Array.from({ length: turns }, () => makeDefaultCertificate(everyName)));
    return new StormWorld(folder, podPort, random, certificates);
  }

  host(name: string): StormHost | undefined {
    return this.#hosts.get(name);
  }

  /** Hosts that are there now. */
  get present(): readonly StormHost[] {
    return [...this.#hosts.values()];
  }

  /** Names of hosts that were there once. */
  get gone(): readonly string[] {
    return [...this.#gone];
  }

  /** The certificate that a Secret holds now. */
  certificate(secret: string): SelfSigned | undefined {
    return this.#certificates[this.#secrets.get(secret) ?? -1];
  }

  /** Makes and saves one edit. */
  edit(): void {
    const extras = [...this.#hosts.keys()].filter((name) => name.startsWith('extra'));
    const [first, ...others] = edits.filter(
      (kind) => (kind !== 'remove host' || extras.length > 0) && (kind !== 'add host' || extras.length < mostExtras),
    );
    const kind = this.#random.one([first ?? 'roll endpoints', ...others]);
    this.made[kind]++;
    const host = this.#hosts.get(this.#random.one([...this.busy, ...extras])) as StormHost;
    const busy = this.#hosts.get(this.#random.one(this.busy)) as StormHost;
    switch (kind) {
      case 'add host':
        return this.#add();
      case 'remove host':
        return this.#remove(this.#random.one(extras as [string, ...string[]]));
      case 'rotate certificate':
        return this.#rotate();
      case 'roll endpoints':
        return this.#write({ ...host, pods: this.#random.some(podNumbers, 3) });
      case 'change weight':
        return this.#write({ ...busy, canary: { weight: this.#random.below(101), pods: this.#random.some(podNumbers, 2) } });
      case 'change paths':
        return this.#write({ ...host, paths: this.#random.some(['/a', '/b', '/c'], this.#random.below(4)) });
    }
  }

  #add(): void {
    const name = `extra-${this.#count}`;
    const secret = this.#random.one([undefined, 'shared', name]);
    if (secret === name) this.#writeSecret(name, 0);
    this.#write(this.#newHost(name, secret));
  }

  #remove(name: string): void {
    if (this.#secrets.delete(name)) rmSync(join(this.#folder, `secret-${name}.yaml`));
    rmSync(join(this.#folder, `${name}.yaml`));
    this.#hosts.delete(name);
    this.#gone.add(name);
  }

  #rotate(): void {
    const [first = 'shared', ...others] = [...this.#secrets.keys()].filter((name) => name !== 'calm-own');
    const name = this.#random.one([first, ...others]);
    this.#writeSecret(name, ((this.#secrets.get(name) ?? 0) + 1) % turns);
  }

  #newHost(name: string, secret: string | undefined): StormHost {
    // Two thousand hosts later a subnet may be used again.
    const subnet = (this.#count++ * 2) % 250;
    return { name, subnet, pods: [1, 2, 3], paths: [], ...(secret === undefined ? {} : { secret }) };
  }

  #write(host: StormHost): void {
    this.#hosts.set(host.name, host);
    this.#save(host.name, hostYaml(host, this.#podPort));
  }

  #writeSecret(name: string, turn: number): void {
    this.#secrets.set(name, turn);
    this.#save(`secret-${name}`, secretYaml(name, this.#certificates[turn] as SelfSigned));
  }

  /** At one stroke: nobody reads half of it. */
  #save(name: string, text: string): void {
    const unfinished = join(this.#folder, 'unfinished');
    writeFileSync(unfinished, text);
    renameSync(unfinished, join(this.#folder, `${name}.yaml`));
  }
}

function secretOf(name: string): string | undefined {
  if (name.endsWith('plain')) return undefined;
  return name.endsWith('shared') ? 'shared' : name;
}
