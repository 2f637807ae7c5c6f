import type { CompletedVerb } from './words.ts';

/** What kubectl reads last: whether files come next, too. https://github.com/spf13/cobra/blob/main/site/content/completions/_index.md */
const directives = { files: 0, nothingElse: 4 } as const;

/**
 * What kubectl is told when somebody completes `kubectl naru …`: a line for each word that may come, then what else may. `words`: those behind
 * `naru`, the last of which is being written. https://kubernetes.io/docs/tasks/extend-kubectl/kubectl-plugins/
 */
export function completedByKubectl(verbs: readonly CompletedVerb[], words: readonly string[]): string {
  const written = words.at(-1) ?? '';
  const { lines, also } = wordsFor(verbs, words, written);
  return [...lines.filter((line) => line.startsWith(written)), `:${directives[also]}`, ''].join('\n');
}

interface Words {
  readonly lines: readonly string[];
  readonly also: keyof typeof directives;
}

function wordsFor(verbs: readonly CompletedVerb[], words: readonly string[], written: string): Words {
  if (words.length <= 1) return { lines: verbs.map(({ name, description }) => `${name}\t${description}`), also: 'nothingElse' };
  const verb = verbs.find(({ name }) => name === words[0]);
  if (verb === undefined) return { lines: [], also: 'nothingElse' };
  const before = verb.options.find(({ flags, takesValue }) => takesValue && flags.includes(words.at(-2) ?? ''));
  if (before !== undefined)
    return before.choices.length === 0 ? { lines: [], also: 'files' } : { lines: before.choices, also: 'nothingElse' };
  if (written.startsWith('-')) {
    const flags = verb.options.flatMap(({ flags: all, description }) => all.map((flag) => `${flag}\t${description}`));
    return { lines: flags, also: 'nothingElse' };
  }
  return words.length === 2 ? { lines: verb.words, also: 'nothingElse' } : { lines: [], also: 'files' };
}
