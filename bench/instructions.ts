// How many instructions of Envoy's own a request takes on its way to a pod: `node bench/instructions.ts [--json FILE]`. Needs valgrind.
// What the kernel does is not counted; but these numbers are the same on each machine and at each hour, within half a percent.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Pod } from '../test/support/pod.ts';
import { envoyPath, RunningVariant } from './requests/running-variant.ts';
import { host, snapshotOf, type Variant, variants } from './requests/variants.ts';
import { readArguments } from './support/arguments.ts';
import { printTable, writeJson } from './support/report.ts';

const { json } = readArguments();
const requests = 400;
const atOnce = 2;

/** Counts only while it is told to. https://valgrind.org/docs/manual/cl-manual.html */
function underValgrind(envoy: string, folder: string): string {
  const script = join(folder, 'envoy');
  const counting = `valgrind --tool=callgrind --instr-atstart=no --callgrind-out-file='${folder}/counts'`;
  writeFileSync(script, `#!/bin/sh\nexec ${counting} '${envoy}' "$@"\n`, { mode: 0o700 });
  return script;
}

async function count(name: Variant, envoy: string, podPort: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'naru-instructions-'));
  const running = await RunningVariant.start(name, snapshotOf(name, podPort), underValgrind(envoy, folder));
  const control = (...args: readonly string[]): void => {
    execFileSync('callgrind_control', [...args, String(running.pid)], { stdio: 'ignore' });
  };
  try {
    // Until it counts, it knows no function, and the first time is longer.
    await running.ask({ host, requests: 50, atOnce });
    control('--instr=on');
    await running.ask({ host, requests: 50, atOnce });
    control('--dump');
    await running.ask({ host, requests, atOnce });
    control('--dump');
    return Number(/^totals: (\d+)$/m.exec(readFileSync(join(folder, 'counts.2'), 'utf8'))?.[1]) / requests;
  } finally {
    await running.stop();
    rmSync(folder, { recursive: true });
  }
}

const envoy = await envoyPath();
const pod = await Pod.start('pod');
try {
  const results: { readonly name: Variant; readonly instructions: number }[] = [];
  for (const name of variants) results.push({ name, instructions: await count(name, envoy, pod.port) });
  printTable(
    'Instructions of Envoy for a request, without those of the kernel',
    results.map(({ name, instructions }, index) => {
      const more = instructions - (results[index + 1]?.instructions ?? NaN);
      const shown = Number.isNaN(more) ? undefined : more;
      return { chain: name, instructions, 'more than the next': shown, '%': shown && (shown / instructions) * 100 };
    }),
  );
  writeJson(json, { benchmark: 'instructions', results });
} finally {
  await pod.stop();
}
