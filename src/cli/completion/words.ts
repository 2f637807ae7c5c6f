import type { Command, Option } from 'commander';

/** What can be completed of a verb. */
export interface CompletedVerb {
  readonly name: string;
  readonly description: string;
  readonly options: readonly CompletedOption[];
  /** Words that its first argument may be. */
  readonly words: readonly string[];
  /** Its arguments may be files and folders. */
  readonly takesPaths: boolean;
}

export interface CompletedOption {
  readonly flags: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  /** Empty: any value, such as a file. */
  readonly choices: readonly string[];
}

/** What `naru get` lists, and where else the first argument is one of few words. */
const firstWords: Readonly<Record<string, readonly string[]>> = {
  get: ['routes', 'hosts', 'clusters', 'endpoints', 'listeners', 'certs', 'scopes', 'secrets', 'extensions'],
  completion: ['bash', 'zsh', 'fish'],
  explain: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'],
};

/** The verbs of a program with their visible options. */
export function completedVerbs(program: Command): readonly CompletedVerb[] {
  return program.commands.map((command) => ({
    name: command.name(),
    description: command.description(),
    options: command.options.filter(({ hidden }) => !hidden).map(completedOption),
    words: firstWords[command.name()] ?? command.commands.map((one) => one.name()),
    takesPaths: command.registeredArguments.some((argument) => argument.name() === 'dir'),
  }));
}

function completedOption({ short, long, description, required, optional, argChoices }: Option): CompletedOption {
  const flags = [short, long].filter((flag) => flag !== undefined);
  return { flags, description, takesValue: required || optional, choices: argChoices ?? [] };
}
