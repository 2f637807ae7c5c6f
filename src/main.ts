#!/usr/bin/env node
import module from 'node:module';

// Half of the time of a short command is compiling: Node 22 and newer keep the result of what is loaded from here on in the temporary
// folder, where there is one that can be written.
module.enableCompileCache?.();

// Whoever reads has had enough, as `head` has.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

const { run } = await import('./cli/program.ts');
process.exitCode = await run(process.argv);
