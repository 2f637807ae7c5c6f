// The verbs about files; some can ask a running Naru instead. What they do is imported when they are called.
import { Command, Option } from 'commander';
import { controllerOptions, type ControllerSettings } from '../../settings.ts';
import type { DiffSettings } from '../diff.ts';
import type { ExplainSettings } from '../explain.ts';
import type { LintSettings } from '../lint.ts';
import type { MigrateSettings } from '../migrate.ts';
import type { WhySettings } from '../why.ts';
import { addPath, filesOption, outputOption, serverOptionsWithNamespace } from './shared-options.ts';

export function lintCommand(): Command {
  const severities = ['error', 'warning', 'info'];
  const command = new Command('lint')
    .description('say what is wrong with Kubernetes objects, and where; needs no cluster and no Envoy')
    .addOption(filesOption().makeOptionMandatory())
    .addOption(
      new Option('-o, --output <format>', 'sarif is for code scanning services').choices(['text', 'json', 'yaml', 'sarif']).default('text'),
    )
    .addOption(new Option('--fail-on <severity>', 'the least that makes the exit code 1').choices(severities).default('error'))
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing found that is so bad, 1 something, 2 the call itself is wrong.\n\nExamples:\n  naru lint -f manifests/\n  helm template shop chart/ | naru lint -f - --fail-on warning\n  naru lint -f manifests/ -o sarif > naru.sarif\n',
    );
  for (const option of controllerOptions()) command.addOption(option);
  return command.action(async (settings: LintSettings) => {
    const { lint } = await import('../lint.ts');
    await lint(settings);
  });
}

export function explainCommand(): Command {
  const command = new Command('explain')
    .description('say what a request gets, and why: by files, or by a running Naru')
    .argument('<method>', 'such as GET')
    .argument('<url>', 'such as https://shop.example.com/api?x=1')
    .addOption(filesOption())
    .option('-H, --header <header>', 'a header of the request, as in "x-canary: always"; may be given again', addPath, [])
    .option('--verify', 'ask an Envoy, too: a local one is started with the same routes')
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nExit codes: 0 an object is for this request, 1 none is, 2 the call itself is wrong, 3 no Naru answers.\n\nExamples:\n  naru explain GET http://shop.localhost/api -f manifests/demo\n  naru explain GET https://shop.example.com/ -H "x-canary: always" -f manifests/\n',
    );
  for (const option of [...serverOptionsWithNamespace(), ...controllerOptions()]) command.addOption(option);
  return command.action(async (method: string, url: string, settings: ExplainSettings) => {
    const { explainRequest } = await import('../explain.ts');
    await explainRequest(method, url, settings);
  });
}

export function translateCommand(): Command {
  const command = new Command('translate')
    .description('print the Envoy resources that Kubernetes objects become; needs no cluster and no Envoy')
    .requiredOption('-f, --filename <path>', 'file or folder of YAML, or - for standard input')
    .option('-o, --output <format>', 'yaml or json', 'yaml')
    .addHelpText(
      'after',
      '\nExamples:\n  naru translate -f manifests/ -o yaml\n  kubectl get ingress,service,endpointslice,ingressclass -A -o yaml | naru translate -f - -o json\n',
    );
  for (const option of controllerOptions()) command.addOption(option);
  return command.action(async (settings: ControllerSettings & { filename: string; output: string }) => {
    const { translate } = await import('../translate.ts');
    await translate(settings);
  });
}

export function codesCommand(): Command {
  return new Command('codes')
    .description('list the codes of problems, or print all about one')
    .argument('[code]', 'such as NR214')
    .addOption(outputOption())
    .addHelpText('after', '\nExamples:\n  naru codes\n  naru codes NR214\n  naru codes -o json\n')
    .action(async (code: string | undefined, { output }: { output: 'text' | 'json' | 'yaml' }) => {
      const { printCodes } = await import('../codes.ts');
      await printCodes(code, output);
    });
}

export function whyCommand(): Command {
  const command = new Command('why')
    .description("say where a field of Envoy's comes from, or what an annotation does: by files, or by a running Naru")
    .argument(
      '<what>',
      'such as cluster/shop/api/80, host/shop.example.com, route/shop/web:prefix:/, listener/http, ingress/shop/web, configmap',
    )
    .argument('[field]', 'a field of it, such as connect_timeout; an annotation; a key of the ConfigMap')
    .addOption(filesOption())
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nExit codes: 0 it is told, 1 the setting does nothing, 2 the call itself is wrong, 3 no Naru answers.\n\nExamples:\n  naru why cluster/shop/api/80 connect_timeout -f manifests/\n  naru why ingress/shop/api proxy-connect-timeout\n',
    );
  for (const option of [...serverOptionsWithNamespace(), ...controllerOptions()]) command.addOption(option);
  return command.action(async (what: string, field: string | undefined, settings: WhySettings) => {
    const { why } = await import('../why.ts');
    await why(what, field, settings);
  });
}

export function diffCommand(): Command {
  const command = new Command('diff')
    .description('say what Envoys get differently: by files that are applied over others, or between two snapshots of a running Naru')
    .argument('[from]', 'number of a snapshot')
    .argument('[to]', 'number of a later one')
    .addOption(filesOption())
    .option('--against <path>', 'file or folder, or -, over which -f is applied; may be given again', addPath)
    .addOption(outputOption())
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing differs, 1 something does, 2 the call itself is wrong, 3 no Naru answers.\n\nExamples:\n  kubectl get ingress,ingressclass,service,endpointslice -A -o yaml | naru diff --against - -f manifests/\n  naru diff 213 214\n',
    );
  for (const option of [...serverOptionsWithNamespace(), ...controllerOptions()]) command.addOption(option);
  return command.action(async (from: string | undefined, to: string | undefined, settings: DiffSettings) => {
    const { diff } = await import('../diff.ts');
    await diff(from, to, settings);
  });
}

export function migrateCommand(): Command {
  const command = new Command('gateway-api')
    .description('print Ingresses as HTTPRoutes with their Gateway, and say what of them is lost; needs no cluster and no Envoy')
    .requiredOption('-f, --filename <path>', 'file or folder of YAML, or - for standard input')
    .option('--gateway <namespace/name>', 'the Gateway that takes their place', 'gateways/web')
    .option('--gateway-class <name>', 'its class', 'naru')
    .addHelpText(
      'after',
      '\nExit codes: 0 all is written, 1 a path is closed because it would lose a protection, 2 the call itself is wrong.\n\nExamples:\n  naru migrate gateway-api -f manifests/ > gateway-api.yaml\n  kubectl get ingress,ingressclass,service,configmap -A -o yaml | naru migrate gateway-api -f - --gateway infra/web\n',
    );
  for (const option of controllerOptions()) command.addOption(option);
  command.action(async (settings: MigrateSettings) => {
    const { migrateToGatewayApi } = await import('../migrate.ts');
    await migrateToGatewayApi(settings);
  });
  return new Command('migrate').description('write what takes the place of Ingresses').addCommand(command);
}
