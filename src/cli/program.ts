import { Command } from 'commander';
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
import { UsageError } from './usage-error.ts';
import { packageVersion } from './package-version.ts';

/** Runs the command line; resolves with the exit code when the verb is done. */
export async function run(argv: readonly string[]): Promise<number> {
  try {
    await program().parseAsync(argv);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    if (error instanceof UsageError) process.stderr.write(`naru: ${error.message}\n`);
    else process.stderr.write(`naru: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}

/** One verb per file, imported only when it is called. */
function program(): Command {
  const naru = new Command('naru')
    .description('An ingress controller for Kubernetes whose data plane is Envoy.')
    .version(packageVersion())
    .showHelpAfterError('(add --help for what there is)')
    .addHelpText('after', examples);
  naru.addCommand(devCommand());
  naru.addCommand(serveCommand());
  naru.addCommand(translateCommand());
  naru.addCommand(authzCommand());
  naru.addCommand(adsTestbedCommand());
  return naru;
}

const examples = `
Examples:
  naru dev manifests/                    serve a folder of Kubernetes YAML with a local Envoy
  naru serve --kubeconfig ~/.kube/config serve a cluster's Ingresses to its Envoys
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
