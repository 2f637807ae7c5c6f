import type { CompletedVerb } from './words.ts';

/** For `source <(naru completion bash)`. */
export function bashCompletion(verbs: readonly CompletedVerb[]): string {
  const cases = verbs.map(({ name, options, words }) => {
    const choices = options.flatMap(({ flags, choices: values }) =>
      values.length === 0 ? [] : [`        ${flags.join('|')}) COMPREPLY=($(compgen -W '${values.join(' ')}' -- "$word")); return ;;`],
    );
    const valued = options.flatMap(({ flags, takesValue, choices: values }) => (takesValue && values.length === 0 ? flags : []));
    const files = valued.length === 0 ? [] : [`        ${valued.join('|')}) return ;;`];
    const before = [...choices, ...files];
    return [
      `    ${name})`,
      ...(before.length === 0 ? [] : ['      case "$before" in', ...before, '      esac']),
      `      options='${options.flatMap(({ flags }) => flags).join(' ')} --help'`,
      `      words='${words.join(' ')}'`,
      '      ;;',
    ].join('\n');
  });
  return `# bash completion for naru; put "source <(naru completion bash)" into ~/.bashrc
_naru() {
  local word="\${COMP_WORDS[COMP_CWORD]}" before="\${COMP_WORDS[COMP_CWORD-1]}" options='--help --version' words=''
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W '${verbs.map(({ name }) => name).join(' ')} --help --version' -- "$word"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join('\n')}
  esac
  case "$word" in
    -*) COMPREPLY=($(compgen -W "$options" -- "$word")) ;;
    *) [ "$COMP_CWORD" -eq 2 ] && COMPREPLY=($(compgen -W "$words" -- "$word")) ;;
  esac
  return 0
}
complete -o default -F _naru naru kubectl-naru
`;
}
