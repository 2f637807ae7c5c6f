// What a request costs Envoy on its way to a pod, with what Naru puts in its way and without: `node bench/requests.ts [--full] [--json FILE]`.
// Linux only: CPU is read from `/proc`. All variants take turns, so that what else the machine does disturbs them alike.
import { Pod } from '../test/support/pod.ts';
import { RunningVariant } from './requests/running-variant.ts';
import { host, snapshotOf, type Variant, variants } from './requests/variants.ts';
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
  const us = new Map(variants.map((name): [Variant, number[]] => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const variant of running) {
      const before = variant.cpuUs();
      await variant.ask({ host, requests, atOnce });
      us.get(variant.name)?.push((variant.cpuUs() - before) / requests);
    }
  }
  // Medians of differences within a round: what else the machine did then it did to both.
  const difference = (of: Variant, than: Variant): number =>
    quantile(
      (us.get(of) ?? []).map((one, round) => one - (us.get(than)?.[round] ?? one)),
      0.5,
    );
  const results = variants.map((name, index) => {
    const less = variants[index + 1];
    return { name, us: quantile(us.get(name) ?? [], 0.5), more: less && difference(name, less) };
  });
  printTable(
    `CPU of Envoy for a request, of ${rounds * requests} each`,
    results.map(({ name, us: median, more }) => ({
      chain: name,
      'median µs': median,
      'more than the next by µs': more,
      '%': more && (more / median) * 100,
    })),
  );
  writeJson(json, { benchmark: 'requests', results });
} finally {
  await Promise.all(running.map((variant) => variant.stop()));
  await pod.stop();
}
