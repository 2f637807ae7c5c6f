import { stringify } from 'yaml';
import { defaultGatewayOptions } from '../gateway/options.ts';
import { readFolder } from '../kube/folder/read-folder.ts';
import { migrate, type Migration } from '../migrate/migrate.ts';
import { printSource } from '../model/source.ts';
import type { Build } from '../runtime/build.ts';
import type { ControllerSettings } from '../settings.ts';
import { buildOnce } from './files/build-once.ts';
import { placeOfProblem, printProblem } from './print/print-problem.ts';
import { requirePath } from './files/require-path.ts';
import { UsageError } from './usage-error.ts';

export interface MigrateSettings extends ControllerSettings {
  readonly filename: string;
  readonly gateway: string;
  readonly gatewayClass: string;
}

/** Ingresses in, objects of the Gateway API out. What is lost goes to standard error; a path that is closed for it makes the exit code 1. */
export async function migrateToGatewayApi(settings: MigrateSettings): Promise<void> {
  const [namespace = '', name = '', more] = settings.gateway.split('/');
  if (namespace === '' || name === '' || more !== undefined)
    throw new UsageError(`--gateway ${settings.gateway} is not NAMESPACE/NAME, such as gateways/web.`);
  requirePath(settings.filename);
  const { events, locate } = await readFolder(settings.filename);
  const build = buildOnce(events, settings);
  for (const problem of build.problems()) printProblem(problem, placeOfProblem(problem, locate), process.stderr);
  const { objects, losses } = migrationOf(build, settings.gatewayClass, { namespace, name });
  process.stdout.write(printObjects(objects));
  for (const line of printLosses(losses)) process.stderr.write(`${line}\n`);
  if (losses.some(({ closed }) => closed === true)) process.exitCode = 1;
}

/** As YAML 1.1, which is what other readers of Kubernetes objects take it for: `on` is no text there. */
export function printObjects(objects: Migration['objects']): string {
  return objects.map((object) => stringify(object, { aliasDuplicateObjects: false, version: '1.1' })).join('---\n');
}

/** What all Ingresses of a build become. */
export function migrationOf(
  { model }: Pick<Build, 'model'>,
  className: string,
  gateway: { readonly namespace: string; readonly name: string },
): Migration {
  return migrate(
    {
      virtualHosts: [...model.virtualHosts.keys()].flatMap((key) => model.virtualHosts.get(key) ?? []),
      upstreamOf: (key) => model.upstreams.get(key),
      tlsOf: (hostname) => model.hostCertificates.get(hostname),
    },
    { gateway, className, controllerName: defaultGatewayOptions.controllerName },
  );
}

/** What is so for all that was written. */
const always = [
  'Bodies of requests: without proxy-body-size Ingresses refuse those over 1 MiB; HTTPRoutes take any.',
  'HTTPS: hosts without TLS have no listener for it, where Ingresses show the default certificate; and no answer says Strict-Transport-Security.',
];

function printLosses(losses: Migration['losses']): readonly string[] {
  const lines = losses.map(({ source, hostname, path, message, closed }) => {
    const where = path === undefined ? hostname : `${hostname} ${path}`;
    return `${printSource({ ...source, field: '' }).trim()}, ${where}: ${message}${closed === true ? ' It is written without backends, and answers 500.' : ''}`;
  });
  return [...new Set(lines), ...always.map((line) => `Everywhere: ${line}`)];
}
