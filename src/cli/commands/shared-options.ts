import { InvalidArgumentError, Option } from 'commander';

export const usualServer = 'http://127.0.0.1:9902';

export function serverOption(): Option {
  return new Option('--server <url>', 'debug endpoint of a running Naru').env('NARU_SERVER').default(usualServer);
}

export function namespaceOption(): Option {
  return new Option('-n, --namespace <name>', "namespace; without it the context's, or default");
}

/** kubectl's, for verbs that list. */
export function selectionOptions(about: string): readonly Option[] {
  return [
    new Option('-n, --namespace <name>', `only ${about} of this namespace`),
    new Option('-A, --all-namespaces', 'of all namespaces, which is the default'),
    new Option('-l, --selector <labels>', `only ${about} with these labels, as in app=web,tier!=test`),
  ];
}

export function watchOption(): Option {
  return new Option('-w, --watch', 'go on, and print what changes');
}

export function addPath(path: string, before: readonly string[] = []): readonly string[] {
  return [...before, path];
}

/** For people or for programs. */
export function outputOption(): Option {
  return new Option('-o, --output <format>', 'text or json').choices(['text', 'json']).default('text');
}

export function filesOption(): Option {
  return new Option('-f, --filename <path>', 'file or folder of YAML, or - for standard input; may be given again').argParser(addPath);
}

/** Such as `30s` or `2m`, in milliseconds. */
export function duration(text: string): number {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit] ?? Number.NaN;
  if (number === undefined) throw new InvalidArgumentError('Write a time such as 30s or 2m.');
  return Number(number) * unitMs;
}
