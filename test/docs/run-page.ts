import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { NaruProcess } from '../cli/naru-process.ts';
import type { Cleanup } from '../support/cleanup.ts';
import { commandsOf, firstMissing, readBlocks } from './page.ts';
import { notRun } from './pages.ts';

export interface Place {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** A command or a promise of the page as it is said here: with other ports, for example. */
  readonly here?: (text: string) => string;
  /** What is done before a command, by its first words. */
  readonly before?: Readonly<Record<string, () => Promise<void>>>;
}

/** Commands that go on until they are stopped, and what they say when they are ready. */
const lasting: Readonly<Record<string, RegExp>> = {
  'naru dev ': /Try:.*\n/,
  'npm run demo': /Try:.*\n/,
  'naru serve ': /"snapshot accepted"|"listening"/,
  'naru authz ': /^authz /,
};

const fence = { sh: 0, 'sh fails': 1, text: undefined, 'text like': undefined, yaml: undefined, '': undefined } as const;
type Fence = keyof typeof fence;

/** Runs the commands of a page one after the other, and compares what it promises with what they print. Resolves with how many there were. */
export async function runPage(t: Cleanup, file: string, place: Place): Promise<number> {
  const { here = (text) => text } = place;
  let output = '';
  let count = 0;
  for (const block of readBlocks(file)) {
    const where = `${file}:${block.line}`;
    assert.ok(Object.hasOwn(fence, block.info), `${where}: there are no blocks "${block.info}"`);
    if (block.info.startsWith('text')) {
      const missing = firstMissing(here(block.text), output, { like: block.info === 'text like' });
      assert.equal(missing, undefined, `${where} promises what was not printed:\n${output}`);
    }
    const expected = fence[block.info as Fence];
    if (expected === undefined) continue;
    output = '';
    for (const command of commandsOf(block).filter((one) => !Object.hasOwn(notRun, one))) {
      for (const [begin, prepare] of Object.entries(place.before ?? {})) if (command.startsWith(begin)) await prepare();
      output += await runCommand(t, here(command), { ...place, expected, where });
      count++;
    }
  }
  return count;
}

interface Expectation extends Place {
  readonly expected: number;
  readonly where: string;
}

async function runCommand(t: Cleanup, command: string, { cwd, env, expected, where }: Expectation): Promise<string> {
  const ready = Object.entries(lasting).find(([begin]) => command.startsWith(begin))?.[1];
  if (ready !== undefined) {
    const naru = NaruProcess.start(t, ['-ec', `exec ${command}`], { program: 'sh', cwd, env });
    await naru.says(ready, 60_000);
    return naru.output;
  }
  const { code, output } = await promisify(execFile)('sh', ['-ec', command], { cwd, env, timeout: 90_000 }).then(
    ({ stdout }) => ({ code: 0, output: stdout }),
    (error: { code: number; stdout: string; stderr: string }) => ({ code: error.code, output: `${error.stdout}${error.stderr}` }),
  );
  assert.equal(code, expected, `${where}: ${command}\n${output}`);
  return output;
}
