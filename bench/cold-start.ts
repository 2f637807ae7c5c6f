// From an empty process to the first snapshot, with an API server's stand-in: `node bench/cold-start.ts [--full] [--json FILE] [--profile]`.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Measured, Plan } from './cold-start/measure.ts';
import { readArguments } from './support/arguments.ts';
import { printHottest } from './support/print-hottest.ts';
import { printTable, writeJson } from './support/report.ts';

const { full, json, profile } = readArguments();
const sizes = full ? [1_000, 3_000, 20_000] : [1_000, 3_000];
const repeats = full ? 5 : 2;

interface Result extends Measured {
  readonly ingresses: number;
  readonly streams: boolean;
  readonly jsonMb: number;
}

async function ask(file: string, question: Plan | number): Promise<{ readonly child: ChildProcess; readonly answer: unknown }> {
  const child = fork(join(import.meta.dirname, 'cold-start', file));
  const ended = once(child, 'exit').then(([code]) => {
    throw new Error(`${file} ended with ${String(code)} and no answer`);
  });
  ended.catch(() => {});
  child.send(question);
  const [answer] = (await Promise.race([once(child, 'message'), ended])) as [unknown];
  return { child, answer };
}

const results: Result[] = [];
for (const ingresses of sizes) {
  const { child, answer } = await ask('api-server.ts', ingresses);
  const server = answer as { readonly port: number; readonly bytes: number };
  for (const streams of [true, false]) {
    const runs: Measured[] = [];
    const plan: Plan = { port: server.port, streams, profile };
    for (let run = 0; run < repeats; run++) runs.push((await ask('measure-start.ts', plan)).answer as Measured);
    // The one that was disturbed least.
    const [best] = runs.toSorted((one, other) => one.cpuMs - other.cpuMs);
    if (best !== undefined) results.push({ ...best, ingresses, streams, jsonMb: server.bytes / 1_048_576 });
  }
  child.disconnect();
  console.error(`${ingresses} Ingresses: measured`);
}

printTable(
  'From nothing to the first snapshot, with a Service and an EndpointSlice for each Ingress',
  results.map((result) => ({
    Ingresses: result.ingresses,
    lists: result.streams ? 'streams' : 'pages',
    'JSON MB': result.jsonMb,
    'wall ms': result.wallMs,
    'CPU ms': result.cpuMs,
    'longest block while reading ms': result.blockedMs,
    'first pass ms': result.passMs,
    'objects MB': result.objectsMb,
    'objects and tables MB': result.allMb,
    'RSS MB': result.rssMb,
    'RSS at most MB': result.peakMb,
  })),
);
for (const { ingresses, streams, hottest } of profile ? results : []) {
  if (streams) printHottest(`${ingresses} Ingresses`, hottest);
}
writeJson(json, { benchmark: 'cold-start', results });
