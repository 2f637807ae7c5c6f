import { stringify } from 'yaml';
import { from, lastValueFrom, toArray } from 'rxjs';
import { withBuiltInClass } from '../dev/built-in-class.ts';
import { readFolder } from '../kube/folder/read-folder.ts';
import { Build } from '../runtime/build.ts';
import type { ControllerSettings } from '../settings.ts';
import { resourceMessages } from '../debug/resource-messages.ts';
import { requirePath } from './require-path.ts';
import { UsageError } from './usage-error.ts';
import { ingressOptions } from './ingress-options.ts';
import { printProblem } from './print-problem.ts';

/** Objects in, Envoy resources out. Problems go to standard error; an error among them makes the exit code 1. */
export async function translate(settings: ControllerSettings & { readonly filename: string; readonly output: string }): Promise<void> {
  if (settings.output !== 'yaml' && settings.output !== 'json') throw new UsageError(`-o ${settings.output} is neither yaml nor json.`);
  requirePath(settings.filename);
  const { events, locate } = await readFolder(settings.filename);
  const complete = await lastValueFrom(from(events).pipe(withBuiltInClass(settings.ingressClass, settings.controllerClass), toArray()));
  const build = new Build({
    fleet: settings.fleet,
    ingress: { ...ingressOptions(settings, { inFolder: true }), assumePods: true },
    listen: { address: '0.0.0.0', httpPort: 8080, httpsPort: 8443 },
  });
  build.apply(complete);
  const problems = build.problems();
  for (const problem of problems) printProblem(problem, locate, (line) => process.stderr.write(`${line}\n`));
  const resources = build.current === undefined ? {} : resourceMessages(build.current.resources);
  process.stdout.write(
    settings.output === 'json' ? `${JSON.stringify(resources, null, 2)}\n` : stringify(resources, { aliasDuplicateObjects: false }),
  );
  if (problems.some(({ severity }) => severity === 'error')) process.exitCode = 1;
}
