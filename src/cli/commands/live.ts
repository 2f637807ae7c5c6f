// The verbs that ask a running Naru. What they do is imported when they are called.
import { Command, Option } from 'commander';
import type { LiveSettings } from '../lists/ask.ts';
import { listOutputs } from '../lists/print-list.ts';
import { keepCompiledCode, serverOption } from './shared-options.ts';

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
  return live('get', 'list what Envoys are given, and where it comes from')
    .argument('<type>', 'listeners, scopes, clusters, endpoints or secrets')
    .argument('[name]', 'one of them, with its contents')
    .addHelpText('after', '\nExamples:\n  naru get clusters\n  naru get clusters shop/api/80 -o json\n')
    .action(async (type: string, name: string | undefined, settings: LiveSettings) => {
      keepCompiledCode();
      const { printResources } = await import('../lists/resources.ts');
      await printResources(type, name, settings);
    });
}
