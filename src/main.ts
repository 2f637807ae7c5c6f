#!/usr/bin/env node
import module from 'node:module';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { runKept } from './cli/kept-code.ts';
import type * as Program from './cli/program.ts';
import { serverVerbs } from './cli/server-verbs.ts';
import { sparePauses } from './cli/spare-pauses.ts';

const [, calledAs = '', verb = ''] = process.argv;
// Of the user's own: what others could write in the temporary folder would be run.
const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'naru');

// Whoever reads has had enough, as `head` has.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const { run } = shortProgram() ?? (await wholeProgram());
process.exitCode = await run(process.argv);

/** Once built, all but what servers need is in one file, too, which starts in half of the time. */
function shortProgram(): typeof Program | undefined {
  if (serverVerbs.includes(verb)) return undefined;
  sparePauses();
  const isVerb = /^[a-z][a-z-]*$/.test(verb) && !basename(calledAs).startsWith('kubectl_complete-') && !process.argv.includes('--help');
  return runKept({
    file: join(import.meta.dirname, 'short-program.cjs'),
    folder: join(cache, 'verbs'),
    task: isVerb ? verb : 'help',
    isTelling: () => process.exitCode !== 2,
  }) as typeof Program | undefined;
}

async function wholeProgram(): Promise<typeof Program> {
  module.enableCompileCache?.(cache);
  return import('./cli/program.ts');
}
