import { readPaths } from '../kube/folder/read-folder.ts';
import type { Severity } from '../model/codes.ts';
import type { ControllerSettings } from '../settings.ts';
import { buildOnce } from './files/build-once.ts';
import { gatherFindings } from './lint/findings.ts';
import { packageVersion } from './package-version.ts';
import { type DataOutput, printData } from './print/print-data.ts';
import { requirePath } from './files/require-path.ts';

export interface LintSettings extends ControllerSettings {
  readonly filename: readonly string[];
  readonly output: 'text' | DataOutput | 'sarif';
  readonly failOn: Severity;
}

/** Says what is wrong with files: the problems that a cluster would tell of in Events. Exit code 1 when there is one that is bad enough. */
export async function lint(settings: LintSettings): Promise<void> {
  for (const path of settings.filename) requirePath(path);
  const reading = await readPaths(settings.filename);
  const found = gatherFindings(buildOnce(reading.events, settings).problems(), reading);
  switch (settings.output) {
    case 'text': {
      const { writeText } = await import('./lint/text.ts');
      writeText(found, process.stdout);
      const [first] = found.findings;
      if (first !== undefined) process.stderr.write(`naru codes ${first.problem.code} tells more about a code.\n`);
      break;
    }
    case 'json':
    case 'yaml': {
      const { lintData } = await import('./lint/data.ts');
      await printData(lintData(found), settings.output, process.stdout);
      break;
    }
    case 'sarif': {
      const { lintSarif } = await import('./lint/sarif.ts');
      process.stdout.write(`${lintSarif(found, packageVersion())}\n`);
      break;
    }
  }
  const { error, warning, info } = found.counts;
  const bad = { error, warning: error + warning, info: error + warning + info }[settings.failOn];
  if (bad > 0) process.exitCode = 1;
}
