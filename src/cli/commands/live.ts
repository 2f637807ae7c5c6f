// The verbs that ask a running Naru. What they do is imported when they are called.
import { Command, InvalidArgumentError, Option } from 'commander';
import { controllerOptions } from '../../settings.ts';
import type { CanarySettings } from '../canary.ts';
import type { GetSettings } from '../get.ts';
import type { LiveSettings } from '../lists/ask.ts';
import { listOutputs } from '../lists/print-list.ts';
import type { WaitSettings } from '../wait.ts';
import { addPath, filesOption, keepCompiledCode, namespaceOption, serverOption, usualServer } from './shared-options.ts';

function live(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .addOption(serverOption())
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(listOutputs).default('table'));
}

export function proxiesCommand(): Command {
  return live('proxies', 'list the Envoys that are connected, and what each has accepted or refused').action(
    async (settings: LiveSettings) => {
      keepCompiledCode();
      const { printProxies } = await import('../lists/proxies.ts');
      await printProxies(settings);
    },
  );
}

export function snapshotsCommand(): Command {
  return live('snapshots', 'list the last snapshots: what caused each, and what changed').action(async (settings: LiveSettings) => {
    keepCompiledCode();
    const { printSnapshots } = await import('../lists/snapshots.ts');
    await printSnapshots(settings);
  });
}

export function getCommand(): Command {
  const command = live('get', 'list what Envoys are given, and the objects it comes from: by a running Naru, or by files')
    .argument('<what>', 'routes, hosts, clusters, endpoints, listeners or certs; also scopes and secrets')
    .argument('[name]', 'one of them; -o yaml prints its contents')
    .addOption(filesOption())
    .option('-n, --namespace <name>', 'only what objects of this namespace lead to')
    .option('-A, --all-namespaces', 'of all namespaces, which is the default')
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 nothing is called so, 2 the call itself is wrong, 3 no Naru answers.\n\nExamples:\n  naru get routes -n shop\n  naru get routes shop.example.com -f manifests/\n  naru get clusters shop/api/80 -o yaml\n',
    );
  for (const option of controllerOptions()) command.addOption(option);
  return command.action(async (what: string, name: string | undefined, settings: GetSettings) => {
    keepCompiledCode();
    const { get } = await import('../get.ts');
    await get(what, name, settings);
  });
}

export function canaryCommand(): Command {
  return live('canary', 'tell of canaries what is wanted, what Envoys are told, and what they were seen to do')
    .argument('[name]', 'of the Ingress of one')
    .option('-n, --namespace <name>', 'only of this namespace')
    .option('-A, --all-namespaces', 'of all namespaces, which is the default')
    .option(
      '--envoy <url>',
      'admin interface or metrics port of an Envoy; may be given again; without it the pods of the fleet are asked',
      addPath,
    )
    .addOption(new Option('--for <time>', 'how long requests are counted').default(10_000, '10s').argParser(duration))
    .option('--kubeconfig <path>', 'how to reach the API server, by which the pods of the Envoys are asked')
    .option('--context <name>', 'context of the kubeconfig')
    .option('--envoy-namespace <name>', 'where these pods are', 'naru-system')
    .option('--envoy-pods <labels>', 'their labels', 'app.kubernetes.io/name=naru-envoy')
    .addHelpText(
      'after',
      '\nThe pods are asked through the API server, which needs the right to get pods/proxy. What is counted are the requests of all routes to these Services.\n\nExamples:\n  naru canary -n shop --for 60s\n  naru canary web-canary --envoy http://127.0.0.1:9901\n',
    )
    .action(async (name: string | undefined, settings: CanarySettings) => {
      keepCompiledCode();
      const { printCanaries } = await import('../canary.ts');
      await printCanaries(name, settings);
    });
}

export function waitCommand(): Command {
  return new Command('wait')
    .description('return when every connected Envoy has accepted the configuration of an object')
    .argument('<object>', 'such as ingress/web, gateway/edge or httproute/shop/web')
    .addOption(namespaceOption())
    .addOption(new Option('--timeout <time>', 'how long to wait, such as 30s or 2m').default(60_000, '60s').argParser(duration))
    .addOption(
      new Option('--server <url>', 'debug endpoint of a running Naru; may be given again, for each replica')
        .env('NARU_SERVER')
        .default([usualServer], usualServer)
        .argParser(addServer),
    )
    .option('--kubeconfig <path>', 'how to reach the API server, which says what is to be served; without it as kubectl finds it')
    .option('--context <name>', 'context of the kubeconfig')
    .addHelpText(
      'after',
      '\nExit codes: 0 accepted, 1 not in time, not served, or not as it is written, 2 the call itself is wrong, 3 no Naru answers, 4 an Envoy refuses it.\n\nExamples:\n  kubectl apply -f shop.yaml && naru wait ingress/web -n shop\n  naru wait ingress/shop/web --timeout 2m --server http://10.0.0.7:9902 --server http://10.0.0.8:9902\n',
    )
    .action(async (object: string, settings: WaitSettings) => {
      keepCompiledCode();
      const { wait } = await import('../wait.ts');
      await wait(object, settings);
    });
}

function duration(text: string): number {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text) ?? [];
  const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }[unit] ?? Number.NaN;
  if (number === undefined) throw new InvalidArgumentError('Write a time such as 30s or 2m.');
  return Number(number) * unitMs;
}

/** The first one replaces the default. */
function addServer(url: string, before: readonly string[]): readonly string[] {
  const urls = url.split(',');
  return before[0] === usualServer && before.length === 1 ? urls : [...before, ...urls];
}
