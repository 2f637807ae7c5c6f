// A steady load over kept-open connections while hosts, certificates, endpoints and weights change: `node bench/storm.ts [--full] [--json FILE]`.
import { storm } from '../test/support/storm/storm.ts';
import { readArguments } from './support/arguments.ts';
import { printTable, writeJson } from './support/report.ts';

const { full, json } = readArguments();
const seconds = full ? 300 : 20;
const ends: (() => unknown)[] = [];
const started = Date.now();
try {
  const options = { seed: started % 1_000_000, edits: seconds * 15, seconds, perSecond: 300 };
  const { latencies, ...result } = await storm({ after: (end) => ends.push(end) }, options);
  const percentile = (share: number): number => latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  printTable('Requests over kept-open connections under edits', [
    {
      seed: options.seed,
      edits: options.edits,
      snapshots: result.snapshots,
      connections: result.connections,
      requests: result.sent,
      failed: result.failures.length,
      drained: result.drained.length,
      'median ms': percentile(0.5),
      'p99 ms': percentile(0.99),
      'longest ms': percentile(1),
    },
  ]);
  for (const line of [...new Set([...result.failures, ...result.drained])].slice(0, 20)) console.error(line);
  writeJson(json, { benchmark: 'storm', options, result });
} finally {
  for (const end of ends.toReversed()) await end();
}
