// The verbs about how everything stands. What they do is imported when they are called.
import { Command, Option } from 'commander';
import { controllerOptions } from '../../settings.ts';
import type { BugReportSettings } from '../bug-report.ts';
import type { CheckSettings } from '../check.ts';
import type { StatusSettings } from '../status.ts';
import type { WaitSettings } from '../wait.ts';
import { duration, namespaceOption, selectionOptions, serverOptions, serverOptionsWithNamespace, watchOption } from './shared-options.ts';

function textOrData(): Option {
  return new Option('-o, --output <format>', 'how to print it').choices(['text', 'json', 'yaml']).default('text');
}

export function statusCommand(): Command {
  const command = new Command('status')
    .description('say how everything stands, or how an object does')
    .argument('[object]', 'such as ingress/web, in the namespace default without -n')
    .addOption(textOrData())
    .addHelpText(
      'after',
      '\nExit codes: 0 all is well, 1 an object has an error or is not served yet, 2 the call itself is wrong, 3 no Naru answers, 4 an Envoy refuses something.\n\nExamples:\n  naru status\n  naru status ingress/web -n shop\n  naru status -l app=web --watch\n',
    );
  for (const option of [...serverOptions(), ...selectionOptions('problems of objects')]) command.addOption(option);
  return command.addOption(watchOption()).action(async (object: string | undefined, settings: StatusSettings) => {
    const { printStatus } = await import('../status.ts');
    await printStatus(object, settings);
  });
}

export function checkCommand(): Command {
  const command = new Command('check')
    .description('look at everything that must hold: the API server and rights, Naru, its Envoys, the objects')
    .option('--pre', 'only what must hold before Naru runs')
    .option('--service-account <namespace/name>', 'whose rights are looked at', 'naru-system/naru')
    .addOption(textOrData())
    .addHelpText(
      'after',
      '\nExit codes: 0 all holds, 1 something does not, 2 the call itself is wrong.\n\nExamples:\n  naru check --pre\n  kubectl naru check\n',
    );
  for (const option of [...serverOptionsWithNamespace(), ...controllerOptions()]) command.addOption(option);
  return command.action(async (settings: CheckSettings) => {
    const { check } = await import('../check.ts');
    await check(settings);
  });
}

export function bugReportCommand(): Command {
  const command = new Command('bug-report')
    .description('write what somebody needs to look into a problem into one archive, without secrets')
    .option('-o, --output <path>', 'the archive; without it naru-bug-report-TIME.tar.gz')
    .option('--list', 'only say what would be in it')
    .addHelpText('after', '\nExamples:\n  naru bug-report --list\n  kubectl naru bug-report -o report.tar.gz\n');
  for (const option of serverOptionsWithNamespace()) command.addOption(option);
  return command.action(async (settings: BugReportSettings) => {
    const { bugReport } = await import('../bug-report.ts');
    await bugReport(settings);
  });
}

export function waitCommand(): Command {
  const command = new Command('wait')
    .description('return when every connected Envoy has accepted the configuration of an object')
    .argument('<object>', 'such as ingress/web, gateway/edge or httproute/shop/web')
    .addOption(namespaceOption())
    .addOption(new Option('--timeout <time>', 'how long to wait, such as 30s or 2m').default(60_000, '60s').argParser(duration))
    .addHelpText(
      'after',
      '\nExit codes: 0 accepted, 1 not in time, not served, or not as it is written, 2 the call itself is wrong, 3 no Naru answers, 4 an Envoy refuses it.\n\nExamples:\n  kubectl apply -f shop.yaml && naru wait ingress/web -n shop\n  naru wait ingress/shop/web --timeout 2m --server http://10.0.0.7:9902 --server http://10.0.0.8:9902\n',
    );
  for (const option of serverOptions()) command.addOption(option);
  return command.action(async (object: string, settings: WaitSettings) => {
    const { wait } = await import('../wait.ts');
    await wait(object, settings);
  });
}
