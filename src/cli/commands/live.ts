// The verbs that ask a running Naru. What they do is imported when they are called.
import { Command, Option } from 'commander';
import { controllerOptions } from '../../settings.ts';
import type { CanarySettings } from '../canary.ts';
import type { GetSettings } from '../get.ts';
import type { LiveSettings } from '../lists/live-settings.ts';
import { listOutputs } from '../lists/print-list.ts';
import {
  addPath,
  duration,
  filesOption,
  selectionOptions,
  serverOptions,
  serverOptionsWithNamespace,
  watchOption,
} from './shared-options.ts';

function live(name: string, description: string, asked: readonly Option[]): Command {
  const command = new Command(name).description(description);
  for (const option of asked) command.addOption(option);
  return command
    .addOption(watchOption())
    .addOption(new Option('-o, --output <format>', 'how to print it').choices(listOutputs).default('table'));
}

export function proxiesCommand(): Command {
  const description = 'list the Envoys that are connected, and what each has accepted or refused';
  return live('proxies', description, serverOptionsWithNamespace()).action(async (settings: LiveSettings) => {
    const { printProxies } = await import('../lists/proxies.ts');
    await printProxies(settings);
  });
}

export function snapshotsCommand(): Command {
  const description = 'list the last snapshots: what caused each, and what changed';
  return live('snapshots', description, serverOptionsWithNamespace()).action(async (settings: LiveSettings) => {
    const { printSnapshots } = await import('../lists/snapshots.ts');
    await printSnapshots(settings);
  });
}

export function getCommand(): Command {
  const command = live('get', 'list what Envoys are given, and the objects it comes from: by a running Naru, or by files', serverOptions())
    .argument('<what>', 'routes, hosts, clusters, endpoints, listeners or certs; also scopes, secrets and extensions')
    .argument('[name]', 'one of them; -o yaml prints its contents')
    .addOption(filesOption())
    .addHelpText(
      'after',
      '\nExit codes: 0 done, 1 nothing is called so, 2 the call itself is wrong, 3 no Naru answers.\n\nExamples:\n  naru get routes -n shop\n  naru get routes shop.example.com -f manifests/\n  naru get clusters shop/api/80 -o yaml\n  naru get routes -l app=web --watch\n',
    );
  for (const option of [...selectionOptions('what comes from objects'), ...controllerOptions()]) command.addOption(option);
  return command.action(async (what: string, name: string | undefined, settings: GetSettings) => {
    const { get } = await import('../get.ts');
    await get(what, name, settings);
  });
}

export function canaryCommand(): Command {
  const command = live('canary', 'tell of canaries what is wanted, what Envoys are told, and what they were seen to do', serverOptions())
    .argument('[name]', 'of the Ingress of one')
    .option(
      '--envoy <url>',
      'admin interface or metrics port of an Envoy; may be given again; without it the pods of the fleet are asked',
      addPath,
    )
    .addOption(new Option('--for <time>', 'how long requests are counted').default(10_000, '10s').argParser(duration))
    .option('--envoy-namespace <name>', 'where these pods are', 'naru-system')
    .option('--envoy-pods <labels>', 'their labels', 'app.kubernetes.io/name=naru-envoy')
    .addHelpText(
      'after',
      '\nThe pods are asked through the API server, which needs the rights to list pods and to get pods/proxy. What is counted are the requests of all routes to these Services.\n\nExamples:\n  naru canary -n shop --for 60s\n  naru canary web-canary --envoy http://127.0.0.1:9901\n',
    );
  for (const option of selectionOptions('canaries')) command.addOption(option);
  return command.action(async (name: string | undefined, settings: CanarySettings) => {
    const { printCanaries } = await import('../canary.ts');
    await printCanaries(name, settings);
  });
}
