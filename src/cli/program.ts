import module from 'node:module';
import { Command, CommanderError, Option } from 'commander';
import {
  authzOptions,
  type AuthzSettings,
  type DevSettings,
  devOptions,
  controllerOptions,
  type ControllerSettings,
  type ServeSettings,
  serveOptions,
  testbedOptions,
  type TestbedSettings,
} from '../settings.ts';
import type { ExplainSettings } from './explain.ts';
import type { LintSettings } from './lint.ts';
import { UnreachableError } from './unreachable-error.ts';
import { UsageError } from './usage-error.ts';
import { packageVersion } from './package-version.ts';

/** Runs the command line; resolves with the exit code when the verb is done. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    await program().parseAsync(argv);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    // What it has to say it has said.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof UsageError || error instanceof UnreachableError) process.stderr.write(`naru: ${error.message}\n`);
    else process.stderr.write(`naru: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    if (error instanceof UnreachableError) return 3;
    return error instanceof UsageError ? 2 : 1;
  }
}

/** One verb per file, imported only when it is called. */
function program(): Command {
  const naru = new Command('naru')
    .description('An ingress controller for Kubernetes whose data plane is Envoy.')
    .version(packageVersion())
    .showHelpAfterError('(add --help for what there is)')
    .addHelpText('after', examples)
    .exitOverride();
  const commands = [
    devCommand(),
    serveCommand(),
    lintCommand(),
    explainCommand(),
    translateCommand(),
    codesCommand(),
    authzCommand(),
    adsTestbedCommand(),
  ];
  for (const command of commands) naru.addCommand(command.copyInheritedSettings(naru));
  return naru;
}

const examples = `
Examples:
  naru dev manifests/                    serve a folder of Kubernetes YAML with a local Envoy
  naru serve --kubeconfig ~/.kube/config serve a cluster's Ingresses to its Envoys
  naru lint -f manifests/                say what is wrong with files, and where
  naru explain GET https://shop.example.com/api -f manifests/
                                         say what a request gets, and why
  naru translate -f manifests/ -o yaml   print the Envoy resources that a folder becomes
`;

function devCommand(): Command {
  const command = new Command('dev')
    .description('serve a folder of Kubernetes YAML with a local Envoy that is started, watched and stopped')
    .argument('<dir>', 'folder of YAML files; saving one changes the running Envoy')
    .addHelpText(
      'after',
      '\nExamples:\n  naru dev manifests/demo\n  naru dev . --http-port 0 --https-port 0 --debug-port 0   (free ports, printed)\n',
    );
  for (const option of devOptions()) command.addOption(option);
  return command.action(async (dir: string, settings: DevSettings) => {
    const { dev } = await import('./dev.ts');
    await dev(dir, settings);
  });
}

function serveCommand(): Command {
  const command = new Command('serve')
    .description("serve a cluster's Ingresses to a fleet of Envoys")
    .addHelpText(
      'after',
      '\nExamples:\n  naru serve --kubeconfig ~/.kube/config\n  naru serve --ads-address :18000 --ads-tls-cert tls.crt --ads-tls-key tls.key --ads-tls-client-ca ca.crt\n',
    );
  for (const option of serveOptions()) command.addOption(option);
  return command.action(async (settings: ServeSettings) => {
    const { serve } = await import('./serve.ts');
    await serve(settings);
  });
}

function translateCommand(): Command {
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
    keepCompiledCode();
    const { translate } = await import('./translate.ts');
    await translate(settings);
  });
}

function authzCommand(): Command {
  const command = new Command('authz')
    .description('check passwords for the Envoy beside it; gets the users from the control plane')
    .addHelpText('after', '\nExamples:\n  naru authz --listen unix:/var/run/naru/authz.sock --ads-target naru.naru-system.svc:18000\n');
  for (const option of authzOptions()) command.addOption(option);
  return command.action(async (settings: AuthzSettings) => {
    const { authz } = await import('./authz.ts');
    await authz(settings);
  });
}

function lintCommand(): Command {
  const severities = ['error', 'warning', 'info'];
  const command = new Command('lint')
    .description('say what is wrong with Kubernetes objects, and where; needs no cluster and no Envoy')
    .requiredOption('-f, --filename <path>', 'file or folder of YAML, or - for standard input; may be given again', addPath)
    .addOption(
      new Option('-o, --output <format>', 'sarif is for code scanning services').choices(['text', 'json', 'sarif']).default('text'),
    )
    .addOption(new Option('--fail-on <severity>', 'the least that makes the exit code 1').choices(severities).default('error'))
    .addHelpText(
      'after',
      '\nExit codes: 0 nothing found that is so bad, 1 something, 2 the call itself is wrong.\n\nExamples:\n  naru lint -f manifests/\n  helm template shop chart/ | naru lint -f - --fail-on warning\n  naru lint -f manifests/ -o sarif > naru.sarif\n',
    );
  for (const option of controllerOptions()) command.addOption(option);
  return command.action(async (settings: LintSettings) => {
    keepCompiledCode();
    const { lint } = await import('./lint.ts');
    await lint(settings);
  });
}

function explainCommand(): Command {
  const command = new Command('explain')
    .description('say what a request gets, and why: by files, or by a running Naru')
    .argument('<method>', 'such as GET')
    .argument('<url>', 'such as https://shop.example.com/api?x=1')
    .option('-f, --filename <path>', 'file or folder of YAML, or - for standard input; may be given again', addPath)
    .addOption(serverOption())
    .option('-H, --header <header>', 'a header of the request, as in "x-canary: always"; may be given again', addPath, [])
    .addOption(new Option('-o, --output <format>', 'text or json').choices(['text', 'json']).default('text'))
    .addHelpText(
      'after',
      '\nExit codes: 0 an object is for this request, 1 none is, 2 the call itself is wrong, 3 no Naru answers.\n\nExamples:\n  naru explain GET http://shop.localhost/api -f manifests/demo\n  naru explain GET https://shop.example.com/ -H "x-canary: always" -f manifests/\n',
    );
  for (const option of controllerOptions()) command.addOption(option);
  return command.action(async (method: string, url: string, settings: ExplainSettings) => {
    keepCompiledCode();
    const { explainRequest } = await import('./explain.ts');
    await explainRequest(method, url, settings);
  });
}

function serverOption(): Option {
  return new Option('--server <url>', 'debug endpoint of a running Naru').env('NARU_SERVER').default('http://127.0.0.1:9902');
}

function addPath(path: string, before: readonly string[] = []): readonly string[] {
  return [...before, path];
}

function codesCommand(): Command {
  return new Command('codes')
    .description('list the codes of problems, or print all about one')
    .argument('[code]', 'such as NR214')
    .addOption(new Option('-o, --output <format>', 'text or json').choices(['text', 'json']).default('text'))
    .addHelpText('after', '\nExamples:\n  naru codes\n  naru codes NR214\n  naru codes -o json\n')
    .action(async (code: string | undefined, { output }: { output: 'text' | 'json' }) => {
      const { printCodes } = await import('./codes.ts');
      printCodes(code, output);
    });
}

function adsTestbedCommand(): Command {
  const command = new Command('ads-testbed')
    .description('serve xDS with whatever a conformance suite puts into it, on this machine only')
    .addHelpText(
      'after',
      '\nThe suite sets the state by the gRPC service adapter.Adapter: https://github.com/ii/xds-test-harness\n\nExamples:\n  naru ads-testbed --xds-port 0 --control-port 0   (free ports, printed)\n',
    );
  for (const option of testbedOptions()) command.addOption(option);
  return command.action(async (settings: TestbedSettings) => {
    const { adsTestbed } = await import('./ads-testbed.ts');
    await adsTestbed(settings);
  });
}

/** Half of the time of a short command is compiling: Node 22 and newer keep the result in the temporary folder. */
function keepCompiledCode(): void {
  module.enableCompileCache?.();
}
