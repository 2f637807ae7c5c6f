import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import path from 'node:path';

/** Where the programs and what a run writes are. */
export const outputFolder = path.resolve('.tools/gateway-conformance');

export interface Programs {
  /** The suite, as a program that `go test` made. */
  readonly suite: string;
  /** What runs in a Pod, by a part of the name of its image. */
  readonly images: readonly { readonly image: string; readonly program: string }[];
}

const at = (name: string): string => path.join(outputFolder, name);

export const programs: Programs = {
  suite: at('suite'),
  images: [
    { image: 'gateway-api/echo-basic', program: at('echo-basic') },
    { image: 'coredns/coredns', program: at('nameserver') },
  ],
};

/** Takes minutes when it is done for the first time. */
export function buildPrograms(): void {
  mkdirSync(outputFolder, { recursive: true });
  build('build', '-o', at('echo-basic'), 'sigs.k8s.io/gateway-api/conformance/echo-basic');
  build('build', '-o', at('nameserver'), './nameserver');
  build('test', '-c', '-o', programs.suite, '.');
}

function build(verb: string, ...args: readonly string[]): void {
  execFileSync('go', [verb, '-trimpath', '-buildvcs=false', '-mod=readonly', ...args], {
    cwd: import.meta.dirname,
    stdio: 'inherit',
    env: { ...process.env, CGO_ENABLED: '0', GOTOOLCHAIN: 'local' },
  });
}
