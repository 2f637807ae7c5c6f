// What a request costs Envoy on its way to a pod, with what Naru puts in its way and without: `node bench/requests.ts [--full] [--json FILE]`.
// Linux only: CPU is read from `/proc`. All variants take turns, so that what else the machine does disturbs them alike.
import { Pod } from '../test/support/pod.ts';
import { RunningVariant } from './requests/running-variant.ts';
import { host, snapshotOf, type Variant, variants } from './requests/variants.ts';
import { readArguments } from './support/arguments.ts';
import { printTable, writeJson } from './support/report.ts';
import { quantile } from './support/statistics.ts';

const { full, json } = readArguments();
/** Two processes of one Envoy differ by some percent, whatever they run, for as long as they live: so there are several, one after the other. */
const envoys = full ? 15 : 3;
const rounds = 8;
const requests = 500;
const atOnce = 8;

/** Microseconds for a request in each round, by variant. */
type Measured = ReadonlyMap<Variant, readonly number[]>;

async function measure(podPort: number): Promise<Measured> {
  const running: RunningVariant[] = [];
  try {
    for (const name of variants) running.push(await RunningVariant.start(name, snapshotOf(name, podPort)));
    const us = new Map(variants.map((name): [Variant, number[]] => [name, []]));
    for (let round = 0; round <= rounds; round++) {
      for (const variant of running) {
        const before = variant.cpuUs();
        await variant.ask({ host, requests, atOnce });
        // The first opens connections.
        if (round > 0) us.get(variant.name)?.push((variant.cpuUs() - before) / requests);
      }
    }
    return us;
  } finally {
    await Promise.all(running.map((variant) => variant.stop()));
  }
}

/** The median of differences within a round: what else the machine did then it did to both. */
function difference(us: Measured, of: Variant, than: Variant): number {
  const others = us.get(than) ?? [];
  return quantile(
    (us.get(of) ?? []).map((one, round) => one - (others[round] ?? one)),
    0.5,
  );
}

const pod = await Pod.start('pod');
try {
  const measured: Measured[] = [];
  for (let envoy = 0; envoy < envoys; envoy++) measured.push(await measure(pod.port));
  const results = variants.map((name, index) => {
    const less = variants[index + 1];
    const us = quantile(
      measured.flatMap((each) => each.get(name) ?? []),
      0.5,
    );
    if (less === undefined) return { name, us };
    const more = measured.map((each) => difference(each, name, less));
    return { name, us, more: quantile(more, 0.5), least: quantile(more, 0.25), most: quantile(more, 0.75) };
  });
  printTable(
    `CPU of Envoy for a request, of ${envoys * rounds * requests} each to ${envoys} Envoys`,
    results.map(({ name, us, more, least, most }) => ({
      chain: name,
      'median µs': us,
      'more than the next by µs': more,
      ...{ 'a quarter less than': least, 'a quarter more than': most },
      '%': more && (more / us) * 100,
    })),
  );
  writeJson(json, { benchmark: 'requests', results });
} finally {
  await pod.stop();
}
