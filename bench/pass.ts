// The pass alone, from events to a snapshot, without any network: `node bench/pass.ts [--full] [--json FILE] [--profile]`.
import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Measured, Plan } from './pass/measure.ts';
import { readArguments } from './support/arguments.ts';
import { printHottest } from './support/print-hottest.ts';
import { printTable, writeJson } from './support/report.ts';

const { full, json, profile } = readArguments();
const sizes = full ? [1_000, 5_000, 20_000] : [1_000, 5_000];
const repeats = full ? 200 : 30;
const churnEvents = full ? 50_000 : 5_000;
const deadlineMs = 300_000;

function measureApart(plan: Plan): Promise<Measured> {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'pass/measure-size.ts'));
    const deadline = setTimeout(() => child.kill('SIGKILL'), deadlineMs);
    child.once('message', (measured: Measured) => resolve(measured));
    child.once('exit', (code) => {
      clearTimeout(deadline);
      // After the result this changes nothing any more.
      reject(new Error(`measuring ${plan.ingresses} Ingresses ended with ${code ?? 'a signal'} and no result`));
    });
    child.send(plan);
  });
}

const results: Measured[] = [];
for (const ingresses of sizes) {
  results.push(await measureApart({ ingresses, repeats, mostMs: full ? 20_000 : 2_000, churnEvents, profile }));
  console.error(`${ingresses} Ingresses: measured`);
}

printTable(
  'From nothing, with a Service and an EndpointSlice for each Ingress',
  results.map(({ ingresses, load }) => ({
    Ingresses: ingresses,
    'CPU ms': load.cpuMs,
    'wall ms': load.wallMs,
    'memory of the build MB': load.heapMb,
    'RSS MB': load.rssMb,
  })),
);
printTable(
  'One change',
  results.flatMap(({ ingresses, changes }) =>
    changes.map(({ kind, count, cpuMs, medianMs, p95Ms }) => ({
      Ingresses: ingresses,
      change: kind,
      times: count,
      'CPU ms': cpuMs,
      'median ms': medianMs,
      'p95 ms': p95Ms,
    })),
  ),
);
printTable(
  'Churn in batches',
  results.map(({ ingresses, churn }) => ({
    Ingresses: ingresses,
    events: churn.events,
    'CPU ms/event': churn.cpuMs / churn.events,
    'events/s': Math.round((churn.events / churn.wallMs) * 1_000),
    'memory at the end MB': churn.heapMb.at(-1),
    // A few thousand events say nothing of growth.
    'bytes grown/event': full ? churn.bytesPerEvent : undefined,
  })),
);
for (const { ingresses, changes } of profile ? results : []) {
  for (const { kind, hottest } of changes) printHottest(`${ingresses} Ingresses, ${kind}`, hottest);
}
writeJson(json, { benchmark: 'pass', results });
