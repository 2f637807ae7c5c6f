// One world to many streams, by Naru and by go-control-plane: `node bench/ads.ts [--full] [--json FILE] [--profile]`.
import { measure, type Measured, type Step } from './ads/measure.ts';
import { buildGoServer, type ServerName, serverNames, writeWorld } from './ads/server-process.ts';
import { hostCount } from './ads/world.ts';
import { readArguments } from './support/arguments.ts';
import { printHottest } from './support/print-hottest.ts';
import { printTable, writeJson } from './support/report.ts';

const { full, json, profile } = readArguments();
const sizes = full ? [1, 100, 500] : [1, 50];
const churn = { changesPerSecond: 20, seconds: full ? 10 : 3 };
// Building the other server for the first time takes minutes, so that only the full size compares.
const servers: readonly ServerName[] = full ? serverNames : ['naru'];
if (full) {
  buildGoServer();
  writeWorld();
}

const results: Measured[] = [];
for (const server of servers) {
  // That kind of cache compares all resources for each stream and change: 500 streams would keep it busy for minutes.
  for (const streams of server === 'go-control-plane snapshot' ? sizes.slice(0, 2) : sizes) {
    results.push(await measure({ server, streams, ...churn, profile }));
    console.error(`${server}, ${streams} streams: measured`);
  }
}

const row = (result: Measured, { cpuMs, lastAckMs, peakMb, sentMb, receivedMb }: Step) => ({
  server: result.server,
  streams: result.streams,
  'CPU ms': cpuMs,
  'CPU ms/stream': cpuMs / result.streams,
  'last ACK ms': lastAckMs,
  'sent MB': sentMb,
  'received MB': receivedMb,
  'peak MB': peakMb,
});

printTable(
  `All streams connect and get everything: ${hostCount} clusters with 20 endpoints each, and their routes`,
  results.map((result) => row(result, result.load)),
);
printTable(
  'Memory then, after a garbage collection: in use, and held by the process',
  results.map(({ server, streams, idle, serving }) => ({
    server,
    streams,
    'idle live MB': idle.liveMb,
    'live MB': serving.liveMb,
    'live KB/stream': ((serving.liveMb - idle.liveMb) * 1_024) / streams,
    'idle RSS MB': idle.rssMb,
    'RSS MB': serving.rssMb,
    'RSS KB/stream': ((serving.rssMb - idle.rssMb) * 1_024) / streams,
  })),
);
printTable(
  `${churn.changesPerSecond} changes of endpoints a second for ${churn.seconds} s; time from a change to its acknowledgement`,
  results.map((result) => ({ ...row(result, result.churn), 'median ms': result.churn.medianMs, 'p99 ms': result.churn.p99Ms })),
);
printTable(
  'One change of the route table',
  results.map((result) => row(result, result.route)),
);
if (profile) {
  for (const { server, streams, load, churn: changes } of results) {
    printHottest(`${server}, ${streams} streams, load`, load.hottest);
    printHottest(`${server}, ${streams} streams, changes of endpoints`, changes.hottest);
  }
}
writeJson(json, { benchmark: 'ads', churn, results });
