import { setTimeout as pause } from 'node:timers/promises';
import type { CanaryView } from '../debug/view.ts';
import { type Column } from './print/print-table.ts';
import { type Counters, envoysOf, type EnvoySource, readCounters } from './canary/envoy-counters.ts';
import type { LiveSettings } from './lists/live-settings.ts';
import { endWith } from './end-with.ts';
import { askAll } from './live/ask.ts';
import { type List, printList } from './lists/print-list.ts';
import { selectedByServer, type Selection } from './lists/selection.ts';

export interface CanarySettings extends LiveSettings, Selection {
  readonly envoy?: readonly string[];
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly envoyNamespace: string;
  readonly envoyPods: string;
  /** Milliseconds. */
  readonly for: number;
}

/** What the Envoys have counted meanwhile, for all of them together. */
interface Observed {
  readonly requests: number;
  /** Of the canary, from 0 to 1. */
  readonly share: number;
  /** Half of the interval in which the true share lies 95 times of 100. */
  readonly margin: number;
  readonly errors: { readonly stable: number | null; readonly canary: number | null };
}

type Row = CanaryView & { readonly observed: Observed | null };

/** What is wanted of each canary, what Envoys are told, and what they were seen to do. */
export async function printCanaries(name: string | undefined, settings: CanarySettings): Promise<void> {
  do await printOnce(name, settings);
  while (settings.watch === true);
}

async function printOnce(name: string | undefined, settings: CanarySettings): Promise<void> {
  const isSelected = await selectedByServer(settings);
  const answers = await askAll<{ readonly canaries: readonly CanaryView[]; readonly accepted: boolean }>(settings, '/debug/canaries');
  const canaries = answers[0]?.body.canaries ?? [];
  const accepted = answers.every(({ body }) => body.accepted);
  const meant = canaries.filter((one) => (name === undefined || one.name === name) && isSelected({ kind: 'Ingress', ...one }));
  const source = meant.length === 0 ? undefined : await envoysOf(settings);
  const counted = source === undefined ? undefined : await countFor(source, settings.for);
  const rows = meant.map((one): Row => ({ ...one, observed: counted === undefined ? null : observe(one, counted) }));
  await printList(rows, listOf(settings.for), settings.output, process.stdout);
  if (!accepted && meant.length > 0) process.stderr.write('Not every Envoy has accepted what is sent: see naru proxies.\n');
  if (name !== undefined && meant.length === 0) endWith(1);
}

async function countFor(source: EnvoySource, ms: number): Promise<Counters> {
  const before = await readCounters(source);
  await pause(ms);
  const after = await readCounters(source);
  // An Envoy that was started anew counts from nothing.
  return new Map([...after].map(([key, value]) => [key, Math.max(0, value - (before.get(key) ?? 0))]));
}

function observe({ stable, canary }: CanaryView, counted: Counters): Observed | null {
  const sum = (clusters: readonly string[], what: 'total' | '5xx'): number =>
    clusters.reduce((all, cluster) => all + (counted.get(`${cluster} ${what}`) ?? 0), 0);
  const [ours, theirs] = [sum(canary, 'total'), sum(stable, 'total')];
  const requests = ours + theirs;
  if (requests === 0) return null;
  const share = ours / requests;
  const errors = { stable: theirs === 0 ? null : sum(stable, '5xx') / theirs, canary: ours === 0 ? null : sum(canary, '5xx') / ours };
  return { requests, share, margin: 1.96 * Math.sqrt((share * (1 - share)) / requests), errors };
}

function listOf(ms: number): List<Row> {
  const wide: readonly Column<Row>[] = [
    ['HEADER', ({ header }) => header ?? '-'],
    ['COOKIE', ({ cookie }) => cookie ?? '-'],
    ['REQUESTS', ({ observed }) => String(observed?.requests ?? '-')],
    ['CLUSTERS', ({ stable, canary }) => `${stable.join(', ') || '-'} / ${canary.join(', ') || '-'}`],
  ];
  return {
    columns: [
      ['NAMESPACE', ({ namespace }) => namespace],
      ['CANARY', ({ name }) => name],
      ['HOST+PATH', ({ host, path }) => `${host}${path}`],
      ['WANTED', ({ wanted }) => percent(wanted)],
      ['SENT', ({ sent }) => percent(sent)],
      [`OBSERVED (${ms / 1000}s)`, ({ observed }) => printObserved(observed)],
      [
        '5XX stable/canary',
        ({ observed }) => (observed === null ? '-' : `${percent(observed.errors.stable)} / ${percent(observed.errors.canary)}`),
      ],
      ['DRIVER', ({ by }) => by ?? '-'],
      ['PROBLEMS', ({ problems }) => problems.join(', ') || '-'],
    ],
    wide,
    name: ({ namespace, name }) => `ingress/${namespace}/${name}`,
    empty: 'There are no canaries.',
  };
}

function printObserved(observed: Observed | null): string {
  return observed === null ? '-' : `${percent(observed.share)} (±${Math.round(observed.margin * 1000) / 10})`;
}

function percent(share: number | null): string {
  return share === null ? '-' : `${Math.round(share * 1000) / 10} %`;
}
