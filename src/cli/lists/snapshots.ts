import { askAll } from '../live/ask.ts';
import { printReplica, type Replica } from '../live/replica.ts';
import type { Column } from '../print/print-table.ts';
import { printAge, printMs } from './duration.ts';
import type { LiveSettings } from './live-settings.ts';
import { type List, printList, watchList } from './print-list.ts';

interface Counts {
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

/** An entry of the history, as the debug endpoint says it. */
export interface ShownSnapshot extends Counts {
  readonly version: number;
  readonly time: string;
  readonly hash: string;
  readonly cause: string;
  readonly summary: string;
  readonly types: Readonly<Record<string, Counts>>;
  readonly gatheredMs: number | null;
  readonly builtMs: number | null;
  readonly firstAcceptedMs: number | null;
  readonly allAcceptedMs: number | null;
  readonly acceptedBy: number;
  readonly refusedBy: readonly string[];
}

type Row = ShownSnapshot & { readonly replica: string; readonly fleet: string };

/** The last snapshots of every fleet, the newest first; as they come, the newest last. */
export async function printSnapshots(settings: LiveSettings): Promise<void> {
  if (settings.watch === true)
    return watchList(async () => ({ rows: (await readRows(settings)).toReversed(), list: listOf(settings) }), settings, process.stdout);
  return printList(await readRows(settings), listOf(settings), settings.output, process.stdout);
}

interface Answer {
  readonly fleets: readonly { readonly name: string; readonly history: readonly ShownSnapshot[] }[];
}

async function readRows(settings: LiveSettings): Promise<readonly Row[]> {
  const answers = await askAll<Answer>(settings, '/debug/snapshots');
  return answers.flatMap(({ replica, body }) =>
    body.fleets.flatMap(({ name, history }) => history.map((snapshot) => ({ replica: replica.name, fleet: name, ...snapshot }))),
  );
}

function listOf({ server }: LiveSettings): List<Row> {
  const now = Date.now();
  return {
    columns: [
      ...ofReplica(server),
      ['SNAPSHOT', ({ version }) => `v${version}`],
      ['AGE', ({ time }) => printAge(time, now)],
      ['CHANGES', printCounts],
      ['BUILT', ({ builtMs }) => printMs(builtMs)],
      ['FIRST', ({ firstAcceptedMs }) => printMs(firstAcceptedMs)],
      ['ALL', printAll],
      ['CAUSE', ({ cause }) => cause],
      ['WHAT', ({ summary }) => summary],
    ],
    wide: [
      ['FLEET', ({ fleet }) => fleet],
      ['TIME', ({ time }) => time],
      ['GATHERED', ({ gatheredMs }) => printMs(gatheredMs)],
      ['ENVOYS', ({ acceptedBy }) => String(acceptedBy)],
      [
        'TYPES',
        ({ types }) =>
          Object.entries(types)
            .map(([type, counts]) => `${type} ${printCounts(counts)}`)
            .join(', ') || '-',
      ],
      ['HASH', ({ hash }) => hash],
    ],
    name: ({ version }) => `snapshot/${version}`,
    empty: 'There is no snapshot yet.',
  };
}

/** Each replica counts its own snapshots. */
function ofReplica(replicas: readonly Replica[]): readonly Column<Row>[] {
  const named = new Map(replicas.map((replica) => [replica.name, printReplica(replica)]));
  return replicas.length > 1 ? [['REPLICA', ({ replica }) => named.get(replica) ?? replica]] : [];
}

function printCounts({ added, changed, removed }: Counts): string {
  return `+${added} ~${changed} -${removed}`;
}

function printAll({ allAcceptedMs, refusedBy }: ShownSnapshot): string {
  return refusedBy.length > 0 ? `refused by ${refusedBy.join(', ')}` : printMs(allAcceptedMs);
}
