// From a change to its effect, with a real API server and a real Envoy: `node bench/effect.ts [--full] [--hosts N] [--routes HTTPRoute] [--json FILE]`.
// Linux only: costs are read from `/proc`. The largest size is without an API server.
import { ClusterWorld } from './effect/cluster-world.ts';
import { EventWorld } from './effect/event-world.ts';
import { measure, type Measured } from './effect/measure.ts';
import { routeKinds } from './effect/route-kind.ts';
import { readArguments } from './support/arguments.ts';
import { printTable, writeJson } from './support/report.ts';

const { full, json, hosts: only, routes } = readArguments();
const kind = routeKinds[routes];
const all =
  full || only !== undefined
    ? [
        { hosts: 100, times: 40, source: 'API server' },
        { hosts: 1_000, times: 40, source: 'API server' },
        { hosts: 3_000, times: 40, source: 'API server' },
        { hosts: 20_000, times: 40, source: 'events' },
      ]
    : [
        { hosts: 100, times: 10, source: 'API server' },
        { hosts: 1_000, times: 10, source: 'events' },
      ];

const plans = only === undefined ? all : [all.find(({ hosts }) => hosts === only) ?? { hosts: only, times: 40, source: 'API server' }];

const results: (Measured & { readonly source: string })[] = [];
for (const { source, ...plan } of plans) {
  const world = await (source === 'events' ? EventWorld : ClusterWorld).start(kind);
  try {
    results.push({ source, ...(await measure(world, plan)) });
  } finally {
    await world.stop();
  }
  console.error(`${plan.hosts} hosts by ${kind.name}: measured`);
}

printTable(
  `From a write to the first answer that shows it, hosts by ${kind.name}`,
  results.flatMap(({ hosts, source, effects }) =>
    Object.entries(effects).map(([change, { ms, p95Ms, writeMs, bytes }]) => ({
      ...{ hosts, source, change, 'median ms': ms, 'p95 ms': p95Ms, 'of that the write ms': writeMs },
      'kB to Envoy': bytes / 1_000,
    })),
  ),
);
printTable(
  'Start, memory, and 200 changes of endpoints in 10 s',
  results.map(({ hosts, source, startMs, firstStartMs, wrongAtStart, reconnectBytes, naruMb, envoyMb, churn }) => ({
    ...{ hosts, source, 'start s': startMs / 1_000, 'the first s': firstStartMs / 1_000, 'hosts wrong': wrongAtStart },
    'kB after a restart of Naru': reconnectBytes && reconnectBytes / 1_000,
    ...{ 'Naru MB': naruMb?.loaded, 'after churn MB': naruMb?.churned, 'Envoy MB': envoyMb },
    ...{ 'Naru CPU s': churn.naruCpuMs && churn.naruCpuMs / 1_000, 'Envoy CPU s': churn.envoyCpuMs / 1_000 },
  })),
);
writeJson(json, { benchmark: 'effect', routes, results });
