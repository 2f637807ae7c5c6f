import type { Command } from 'commander';
import { bashCompletion } from './completion/bash.ts';
import { fishCompletion } from './completion/fish.ts';
import { completedVerbs } from './completion/words.ts';
import { zshCompletion } from './completion/zsh.ts';

const shells = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;
export type Shell = keyof typeof shells;

/** Prints a script that makes a shell complete verbs and options. */
export function printCompletion(shell: Shell, program: Command): void {
  process.stdout.write(shells[shell](completedVerbs(program)));
}
