import { describeChange, type DescribedChange } from '../debug/describe-changes.ts';
import { readPaths } from '../kube/folder/read-folder.ts';
import type { ControllerSettings } from '../settings.ts';
import { ask } from './live/ask.ts';
import type { Asked } from './live/replica.ts';
import { endWith } from './end-with.ts';
import { buildOnce, madeAtStart } from './files/build-once.ts';
import { printMs } from './lists/duration.ts';
import type { ShownSnapshot } from './lists/snapshots.ts';
import { printChanges } from './print/print-changes.ts';
import { type DataOutput, printData } from './print/print-data.ts';
import { requirePath } from './files/require-path.ts';
import { UsageError } from './usage-error.ts';

export interface DiffSettings extends ControllerSettings, Asked {
  /** Objects that are put over those of `against`. */
  readonly filename?: readonly string[];
  readonly against?: readonly string[];
  readonly output: 'text' | DataOutput;
}

/** Says what differs: between two snapshots of a running Naru, or by files that are applied over others. Exit code 1 if anything does. */
export async function diff(from: string | undefined, to: string | undefined, settings: DiffSettings): Promise<void> {
  const { changes, made } =
    from === undefined || to === undefined ? { changes: await ofFiles(settings) } : await ofSnapshots(from, to, settings);
  if (settings.output !== 'text') await printData({ ...made, changes }, settings.output, process.stdout);
  else printDifference(changes, made);
  if (changes.length > 0) endWith(1);
}

function printDifference(changes: readonly DescribedChange[], made: Made | undefined): void {
  if (made !== undefined) process.stdout.write(`Cause: ${made.cause}  ${made.time}\n`);
  printChanges(changes, process.stdout);
  const count = (verb: DescribedChange['verb']): number => changes.filter((change) => change.verb === verb).length;
  process.stdout.write(
    changes.length === 0
      ? 'Nothing that Envoys get differs.'
      : `${count('added')} added, ${count('changed')} changed, ${count('removed')} removed.`,
  );
  process.stdout.write(`${printRollout(made?.snapshot)}\n`);
}

function printRollout(snapshot: ShownSnapshot | undefined): string {
  if (snapshot === undefined) return '';
  const { refusedBy, acceptedBy, allAcceptedMs, version } = snapshot;
  if (refusedBy.length > 0) return ` ${refusedBy.join(', ')} refused v${version}.`;
  if (allAcceptedMs !== null) return ` All Envoys accepted v${version} after ${printMs(allAcceptedMs)}.`;
  return acceptedBy === 0 ? ` No Envoy has accepted v${version} yet.` : ` Not all Envoys have accepted v${version} yet.`;
}

async function ofFiles(settings: DiffSettings): Promise<readonly DescribedChange[]> {
  const { filename, against } = settings;
  if (filename === undefined || against === undefined)
    throw new UsageError('Two snapshots, as in "naru diff 213 214", or --against and -f with files are needed.');
  for (const path of [...against, ...filename]) requirePath(path);
  const base = await readPaths(against);
  const build = buildOnce(base.events, settings, { defaultCertificate: madeAtStart });
  const over = await readPaths(filename);
  const { snapshot } = build.apply(over.events.filter(({ type }) => type === 'upsert'));
  return (snapshot?.changes ?? []).map(describeChange);
}

/** What the newer one of two snapshots came from. */
interface Made {
  readonly cause: string;
  readonly time: string;
  readonly snapshot?: ShownSnapshot;
}

async function ofSnapshots(
  from: string,
  to: string,
  { server, fleet }: DiffSettings,
): Promise<{ readonly changes: readonly DescribedChange[]; readonly made: Made }> {
  const numbers = [from, to].map((text) => /^v?(\d+)$/.exec(text)?.[1]);
  const [first, second] = numbers;
  if (first === undefined || second === undefined) throw new UsageError('Snapshots are numbers, as in "naru diff 213 214".');
  const path = `/debug/snapshots/${first}..${second}?${new URLSearchParams({ fleet }).toString()}`;
  const { changes, cause, time, snapshot } = await ask<Made & { readonly changes: readonly DescribedChange[] }>(server[0], path);
  return { changes, made: { cause, time, ...(snapshot === undefined ? {} : { snapshot }) } };
}
