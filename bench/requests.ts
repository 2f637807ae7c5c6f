// What a request costs Envoy on its way to a pod, with what Naru puts in its way and without: `node bench/requests.ts [--full] [--json FILE]`.
// Linux only: CPU is read from `/proc`. All variants take turns, so that what else the machine does disturbs them alike.
import { Pod } from '../test/support/pod.ts';
import { RunningVariant } from './requests/running-variant.ts';
import { host, snapshotOf, variants } from './requests/variants.ts';
import { readArguments } from './support/arguments.ts';
import { printTable, writeJson } from './support/report.ts';
import { quantile } from './support/statistics.ts';

const { full, json } = readArguments();
const rounds = full ? 50 : 10;
const requests = 1_000;
const atOnce = 8;

const pod = await Pod.start('pod');
const running: RunningVariant[] = [];
try {
  for (const name of variants) running.push(await RunningVariant.start(name, snapshotOf(name, pod.port)));
  const us = new Map(variants.map((name): [string, number[]] => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const variant of running) {
      const before = variant.cpuUs();
      await variant.ask({ host, requests, atOnce });
      us.get(variant.name)?.push((variant.cpuUs() - before) / requests);
    }
  }
  const today = us.get('as it is') ?? [];
  const results = variants.map((name) => {
    const own = us.get(name) ?? [];
    const more = quantile(
      today.map((one, round) => one - (own[round] ?? one)),
      0.5,
    );
    return { name, us: quantile(own, 0.5), more };
  });
  printTable(
    `CPU of Envoy for a request, of ${rounds * requests} each`,
    results.map(({ name, us: median, more }) => ({
      chain: name,
      'median µs': median,
      'as it is costs more by µs': more,
      '%': (more / median) * 100,
    })),
  );
  writeJson(json, { benchmark: 'requests', results });
} finally {
  await Promise.all(running.map((variant) => variant.stop()));
  await pod.stop();
}
