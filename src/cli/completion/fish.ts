import type { CompletedVerb } from './words.ts';

/** For `naru completion fish > ~/.config/fish/completions/naru.fish`. */
export function fishCompletion(verbs: readonly CompletedVerb[]): string {
  const lines = verbs.flatMap(({ name, description, options, words, takesPaths }) => [
    `complete -c naru -n __fish_use_subcommand -f -a ${name} -d '${quoted(description)}'`,
    ...(takesPaths ? [] : [`complete -c naru -n '__fish_seen_subcommand_from ${name}' -f`]),
    ...(words.length === 0 ? [] : [`complete -c naru -n '${first(name)}' -a '${words.join(' ')}'`]),
    ...options.map(({ flags, description: about, takesValue, choices }) => {
      const names = flags.map((flag) => (flag.startsWith('--') ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`));
      const values = choices.length > 0 ? ` -x -a '${choices.join(' ')}'` : takesValue ? ' -r -F' : '';
      return `complete -c naru -n '__fish_seen_subcommand_from ${name}' ${names.join(' ')}${values} -d '${quoted(about)}'`;
    }),
  ]);
  return `# fish completion for naru\n${lines.join('\n')}\ncomplete -c kubectl-naru -w naru\n`;
}

/** That the first argument of a verb is written. */
function first(verb: string): string {
  return `__fish_seen_subcommand_from ${verb}; and test (count (commandline -opc)) -eq 2`;
}

function quoted(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
}
