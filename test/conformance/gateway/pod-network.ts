import { execFileSync } from 'node:child_process';

const network = '10.246';
const bridge = 'pods';

/** Gives each Pod a network of its own, with an address that everybody here reaches. Lives and dies with the network namespace of this process. */
export class PodNetwork {
  /** Of this machine, as the Pods see it. */
  readonly gateway = `${network}.0.1`;
  #count = 1;

  constructor() {
    ip('link', 'set', 'lo', 'up');
    ip('link', 'add', bridge, 'type', 'bridge');
    ip('addr', 'add', `${this.gateway}/16`, 'dev', bridge);
    ip('link', 'set', bridge, 'up');
  }

  add(): PodAddress {
    this.#count += 1;
    const name = `pod${this.#count}`;
    const address = `${network}.${Math.floor(this.#count / 250)}.${(this.#count % 250) + 1}`;
    ip('netns', 'add', name);
    ip('link', 'add', name, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', name);
    ip('link', 'set', name, 'master', bridge, 'up');
    for (const device of ['lo', 'eth0']) ip('-n', name, 'link', 'set', device, 'up');
    ip('-n', name, 'addr', 'add', `${address}/16`, 'dev', 'eth0');
    return { address, enter: ['ip', 'netns', 'exec', name], remove: () => ip('netns', 'del', name) };
  }
}

export interface PodAddress {
  readonly address: string;
  /** What stands before a command that runs there. */
  readonly enter: readonly [string, ...string[]];
  remove(): void;
}

function ip(...args: readonly string[]): void {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'inherit'] });
}
