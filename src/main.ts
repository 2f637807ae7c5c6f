#!/usr/bin/env node
import module from 'node:module';
import { homedir } from 'node:os';
import { join } from 'node:path';

// Half of the time of a short command is compiling: Node 22 and newer keep the result of what is loaded from here on, where that can be
// written. In a folder of the user's own: what others could write in the temporary one would be run.
module.enableCompileCache?.(join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'naru'));

// Whoever reads has had enough, as `head` has.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const { run } = await import('./cli/program.ts');
process.exitCode = await run(process.argv);
