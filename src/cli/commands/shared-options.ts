import { InvalidArgumentError, Option } from 'commander';
import type { Replica } from '../live/replica.ts';

const usualServer = 'http://127.0.0.1:9902';
const usualServers: readonly Replica[] = [{ name: usualServer, url: usualServer }];

/** Which Naru a verb asks, for verbs that name objects by `--namespace`. */
export function serverOptions(): readonly Option[] {
  return [
    new Option('--server <url>', 'debug endpoint of a running Naru; may be given again, for each replica')
      .env('NARU_SERVER')
      .default(usualServers, usualServer)
      .argParser(addServers),
    new Option('--replica <name>', 'ask only this replica: a pod, or a URL of --server'),
    new Option('--kubeconfig <path>', 'how to reach a cluster; kubectl forwards ports to the pods of Naru there'),
    new Option('--context <name>', 'context of the kubeconfig'),
    new Option('--naru-namespace <name>', 'where these pods are; without it naru-system'),
  ];
}

/** The same, for verbs that name no objects. */
export function serverOptionsWithNamespace(): readonly Option[] {
  const namespace = new Option('-n, --namespace <name>', 'short for --naru-namespace');
  namespace.attributeName = () => 'naruNamespace';
  return [...serverOptions(), namespace];
}

/** The first ones replace the default. */
function addServers(urls: string, before: readonly Replica[]): readonly Replica[] {
  const added = urls.split(',').map((url) => {
    if (!URL.canParse(url)) throw new InvalidArgumentError('Write a URL such as http://127.0.0.1:9902.');
    return { name: url, url };
  });
  return before === usualServers ? added : [...before, ...added];
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
  return new Option('-o, --output <format>', 'how to print it').choices(['text', 'json', 'yaml']).default('text');
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
