import type { CompletedOption, CompletedVerb } from './words.ts';

/** For a file `_naru` in a folder of `$fpath`, or `source <(naru completion zsh)`. */
export function zshCompletion(verbs: readonly CompletedVerb[]): string {
  const cases = verbs.map(({ name, options, words, takesPaths }) => {
    const first = words.length === 0 ? [] : [`'1: :(${words.join(' ')})'`];
    const specs = [...options.flatMap(optionSpecs), ...first, takesPaths ? `'*: :_files'` : `'*: :()'`];
    return `        ${name}) _arguments ${specs.join(' \\\n          ')} ;;`;
  });
  return `#compdef naru kubectl-naru
# zsh completion for naru; put "source <(naru completion zsh)" into ~/.zshrc
_naru() {
  local -a verbs
  verbs=(
${verbs.map(({ name, description }) => `    '${name}:${quoted(description)}'`).join('\n')}
  )
  _arguments -C '1: :->verb' '*:: :->rest'
  case $state in
    verb) _describe verb verbs ;;
    rest)
      case $words[1] in
${cases.join('\n')}
      esac ;;
  esac
}
# From a folder of $fpath this is the function itself, called for the first time.
if [ "$funcstack[1]" = _naru ]; then _naru "$@"; else compdef _naru naru kubectl-naru; fi
`;
}

function optionSpecs({ flags, description, takesValue, choices }: CompletedOption): readonly string[] {
  const value = !takesValue ? '' : choices.length === 0 ? ': :_files' : `: :(${choices.join(' ')})`;
  return flags.map((flag) => `'${flag}[${quoted(description).replaceAll(/[[\]]/g, '')}]${value}'`);
}

/** Within single quotes; a colon would end a description. */
function quoted(text: string): string {
  return text.replaceAll("'", `'\\''`).replaceAll(':', '\\:');
}
