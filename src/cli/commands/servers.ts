// The verbs that go on until they are stopped. What they do is imported when they are called.
import { Command, Option } from 'commander';
import type { CertgenSettings } from '../certgen.ts';
import {
  authzOptions,
  type AuthzSettings,
  type DevSettings,
  devOptions,
  type ServeSettings,
  serveOptions,
  testbedOptions,
  type TestbedSettings,
} from '../../settings.ts';
import { count } from '../../settings/values.ts';

export function devCommand(): Command {
  const command = new Command('dev')
    .description('serve a folder of Kubernetes YAML with a local Envoy that is started, watched and stopped')
    .argument('<dir>', 'folder of YAML files; saving one changes the running Envoy')
    .addHelpText(
      'after',
      '\nExamples:\n  naru dev manifests/demo\n  naru dev . --http-port 0 --https-port 0 --debug-port 0   (free ports, printed)\n',
    );
  for (const option of devOptions()) command.addOption(option);
  return command.action(async (dir: string, settings: DevSettings) => {
    const { dev } = await import('../dev.ts');
    await dev(dir, settings);
  });
}

export function serveCommand(): Command {
  const command = new Command('serve')
    .description("serve a cluster's Ingresses to a fleet of Envoys")
    .addHelpText(
      'after',
      '\nExamples:\n  naru serve --kubeconfig ~/.kube/config\n  naru serve --ads-address :18000 --ads-tls-cert tls.crt --ads-tls-key tls.key --ads-tls-client-ca ca.crt\n',
    );
  for (const option of serveOptions()) command.addOption(option);
  return command.action(async (settings: ServeSettings) => {
    const { serve } = await import('../serve.ts');
    await serve(settings);
  });
}

export function authzCommand(): Command {
  const command = new Command('authz')
    .description('check passwords for the Envoy beside it; gets the users from the control plane')
    .addHelpText('after', '\nExamples:\n  naru authz --listen unix:/var/run/naru/authz.sock --ads-target naru.naru-system.svc:18000\n');
  for (const option of authzOptions()) command.addOption(option);
  return command.action(async (settings: AuthzSettings) => {
    const { authz } = await import('../authz.ts');
    await authz(settings);
  });
}

export function certgenCommand(): Command {
  return new Command('certgen')
    .description('print the Secrets that protect the connection between Envoys and the control plane')
    .option('-n, --namespace <name>', 'where both run', 'naru-system')
    .option('--fleet <name>', 'node.cluster of the Envoys', 'naru')
    .addOption(new Option('--days <number>', 'how long they are valid').default(3650).argParser(count))
    .option('--gateways', 'print the authority, too, for Gateways with Envoys of their own (manifests/gateway-infrastructure)', false)
    .addHelpText('after', '\nExamples:\n  naru certgen | kubectl apply -f -\n')
    .action(async (settings: CertgenSettings) => {
      const { certgen } = await import('../certgen.ts');
      await certgen(settings);
    });
}

export function adsTestbedCommand(): Command {
  const command = new Command('ads-testbed')
    .description('serve xDS with whatever a conformance suite puts into it, on this machine only')
    .addHelpText(
      'after',
      '\nThe suite sets the state by the gRPC service adapter.Adapter: https://github.com/ii/xds-test-harness\n\nExamples:\n  naru ads-testbed --xds-port 0 --control-port 0   (free ports, printed)\n',
    );
  for (const option of testbedOptions()) command.addOption(option);
  return command.action(async (settings: TestbedSettings) => {
    const { adsTestbed } = await import('../ads-testbed.ts');
    await adsTestbed(settings);
  });
}
