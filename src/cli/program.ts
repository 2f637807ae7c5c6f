import { basename } from 'node:path';
import { Command, CommanderError } from 'commander';
import { bugReportCommand, checkCommand, statusCommand, waitCommand } from './commands/whole.ts';
import { completionCommand, versionCommand } from './commands/about.ts';
import { codesCommand, diffCommand, explainCommand, lintCommand, migrateCommand, translateCommand, whyCommand } from './commands/files.ts';
import { canaryCommand, getCommand, proxiesCommand, snapshotsCommand } from './commands/live.ts';
import { adsTestbedCommand, authzCommand, certgenCommand, devCommand, serveCommand } from './commands/servers.ts';
import { packageVersion } from './package-version.ts';
import { UnreachableError } from './live/unreachable-error.ts';
import { UsageError } from './usage-error.ts';

/** By name, in the order in which they are told. */
const verbs: Readonly<Record<string, () => Command>> = {
  dev: devCommand,
  serve: serveCommand,
  lint: lintCommand,
  explain: explainCommand,
  why: whyCommand,
  diff: diffCommand,
  translate: translateCommand,
  migrate: migrateCommand,
  codes: codesCommand,
  proxies: proxiesCommand,
  snapshots: snapshotsCommand,
  get: getCommand,
  canary: canaryCommand,
  status: statusCommand,
  wait: waitCommand,
  check: checkCommand,
  'bug-report': bugReportCommand,
  authz: authzCommand,
  certgen: certgenCommand,
  'ads-testbed': adsTestbedCommand,
  completion: () => completionCommand(program),
  version: versionCommand,
};

/** Runs the command line; resolves with the exit code when the verb is done. */
export async function run(argv: readonly string[]): Promise<number> {
  const calledAs = basename(argv[1] ?? '');
  if (calledAs.startsWith('kubectl_complete-')) {
    const { printForKubectl } = await import('./completion.ts');
    printForKubectl(argv.slice(2), program());
    return 0;
  }
  const verb = argv[2] ?? '';
  const naru = program(verb);
  let close = (): void => {};
  naru.hook('preAction', async (_, command) => {
    const { server, filename } = command.opts<{ readonly server?: object; readonly filename?: unknown }>();
    if (server === undefined || filename !== undefined) return;
    const { reach } = await import('./live/reach.ts');
    ({ close } = await reach(command, calledAs.startsWith('kubectl-')));
  });
  try {
    await naru.parseAsync(argv);
    return Number(process.exitCode ?? 0);
  } catch (error) {
    // What it has to say it has said.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (error instanceof UsageError || error instanceof UnreachableError) process.stderr.write(`naru: ${error.message}\n`);
    else process.stderr.write(`naru: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    if (error instanceof UnreachableError) return 3;
    return error instanceof UsageError ? 2 : 1;
  } finally {
    close();
  }
}

/** What a verb does is imported only when it is called. `only`: the verb that is wanted; all of them where none is called so. */
export function program(only = ''): Command {
  const naru = new Command('naru')
    .description('An ingress controller for Kubernetes whose data plane is Envoy.')
    .version(packageVersion())
    .showHelpAfterError('(add --help for what there is)')
    .addHelpText('after', examples)
    .exitOverride();
  const wanted = Object.hasOwn(verbs, only) ? [only] : Object.keys(verbs);
  for (const name of wanted) {
    const command = verbs[name]?.();
    if (command !== undefined) naru.addCommand(command.copyInheritedSettings(naru));
  }
  return naru;
}

const examples = `
Examples:
  naru dev manifests/                    serve a folder of Kubernetes YAML with a local Envoy
  naru serve --kubeconfig ~/.kube/config serve a cluster's Ingresses to its Envoys
  naru lint -f manifests/                say what is wrong with files, and where
  naru explain GET https://shop.example.com/api -f manifests/
                                         say what a request gets, and why
  naru why cluster/shop/api/80 connect_timeout -f manifests/
                                         say which annotation decides it
  naru proxies                           what each Envoy has accepted or refused
  naru translate -f manifests/ -o yaml   print the Envoy resources that a folder becomes

Exit codes: 0 done; 1 something was found, or Naru failed; 2 the call itself is wrong; 3 what was asked cannot be
reached; 4 an Envoy refuses what it was sent. It is called kubectl naru, too, where kubectl-naru is on the PATH.
`;
