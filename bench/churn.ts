// An hour of changes as fast as they go through the control plane, with a client over gRPC: `node bench/churn.ts [--full] [--json FILE]`.
// Ends with 1 if memory has grown by more than 5 %, or if other resources were sent than those that changed.
import { measure } from './churn/measure.ts';
import { readArguments } from './support/arguments.ts';
import { printTable, writeJson } from './support/report.ts';

const { full, json } = readArguments();
const result = await measure(full ? { ingresses: 3_000, events: 50_000 } : { ingresses: 300, events: 5_000 });
const endMb = result.heapMb.at(-1) ?? 0;
const growth = endMb / result.startMb - 1;

printTable('An hour of churn, compressed', [
  {
    Ingresses: result.ingresses,
    events: result.events,
    passes: result.passes,
    'resources changed': result.changed,
    'resources sent': result.sent,
    'sent MB': result.sentBytes / 1_048_576,
    'CPU ms/event': result.cpuMs / result.events,
    'memory at the start MB': result.startMb,
    'at the end MB': endMb,
    'growth %': growth * 100,
    'bytes/event': result.bytesPerEvent,
    'RSS MB': result.rssMb,
  },
]);
writeJson(json, { benchmark: 'churn', result });
if (growth > 0.05 || result.sent !== result.changed) process.exitCode = 1;
