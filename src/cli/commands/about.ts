// The verbs about the command line itself.
import { Argument, Command, Option } from 'commander';
import type { Shell } from '../completion.ts';

/** `program`: all that can be completed. */
export function completionCommand(program: () => Command): Command {
  return new Command('completion')
    .description('print a script that makes a shell complete verbs and options')
    .addArgument(new Argument('<shell>', 'which one').choices(['bash', 'zsh', 'fish']))
    .addHelpText('after', '\nExamples:\n  source <(naru completion bash)\n  naru completion fish > ~/.config/fish/completions/naru.fish\n')
    .action(async (shell: Shell) => {
      const { printCompletion } = await import('../completion.ts');
      printCompletion(shell, program());
    });
}

export function versionCommand(): Command {
  return new Command('version')
    .description('print the versions of Naru, of Node and of the Envoy that is found here')
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(['text', 'json', 'yaml']).default('text'))
    .action(async ({ output }: { readonly output: 'text' | 'json' | 'yaml' }) => {
      const { printVersions } = await import('../version.ts');
      await printVersions(output);
    });
}
