import type { Command } from 'commander';
import { bashCompletion } from './completion/bash.ts';
import { fishCompletion } from './completion/fish.ts';
import { completedByKubectl } from './completion/kubectl.ts';
import { completedVerbs } from './completion/words.ts';
import { zshCompletion } from './completion/zsh.ts';

/** As `kubectl_complete-naru`: tells kubectl how its words behind `naru` may go on. */
export function printForKubectl(words: readonly string[], program: Command): void {
  process.stdout.write(completedByKubectl(completedVerbs(program), words));
}

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;
export type Shell = keyof typeof shells;

/** Prints a script that makes a shell complete verbs and options. */
export function printCompletion(shell: Shell, program: Command): void {
  process.stdout.write(shells[shell](completedVerbs(program)));
}
