import { stringify } from 'yaml';
import { readFolder } from '../kube/folder/read-folder.ts';
import type { ControllerSettings } from '../settings.ts';
import { resourceMessages } from '../debug/resource-messages.ts';
import { buildOnce } from './files/build-once.ts';
import { requirePath } from './files/require-path.ts';
import { UsageError } from './usage-error.ts';
import { placeOfProblem, printProblem } from './print/print-problem.ts';

/** Objects in, Envoy resources out. Problems go to standard error; an error among them makes the exit code 1. */
export async function translate(settings: ControllerSettings & { readonly filename: string; readonly output: string }): Promise<void> {
  if (settings.output !== 'yaml' && settings.output !== 'json') throw new UsageError(`-o ${settings.output} is neither yaml nor json.`);
  requirePath(settings.filename);
  const { events, locate } = await readFolder(settings.filename);
  const build = buildOnce(events, settings);
  const problems = build.problems();
  for (const problem of problems) printProblem(problem, placeOfProblem(problem, locate), process.stderr);
  const resources = build.current === undefined ? {} : resourceMessages(build.current.resources);
  process.stdout.write(
    settings.output === 'json' ? `${JSON.stringify(resources, null, 2)}\n` : stringify(resources, { aliasDuplicateObjects: false }),
  );
  if (problems.some(({ severity }) => severity === 'error')) process.exitCode = 1;
}
