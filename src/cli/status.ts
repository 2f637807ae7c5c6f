import { styleText } from 'node:util';
import type { Problem } from '../model/problem.ts';
import { printSource } from '../model/source.ts';
import { endWith } from './end-with.ts';
import { printAge } from './lists/duration.ts';
import { printCount } from './print/count.ts';
import { printData } from './print/print-data.ts';
import { selectedByServer, type Selection } from './lists/selection.ts';
import { askAboutObject } from './live/ask-about-object.ts';
import { askAll } from './live/ask.ts';
import { changesAt } from './live/changes.ts';
import { type Asked, printReplica, type Replica } from './live/replica.ts';
import { readProblems } from './lists/problems.ts';
import { type ConnectedProxy, readProxies } from './lists/proxies.ts';
import type { ShownSnapshot } from './lists/snapshots.ts';
import { printProblem } from './print/print-problem.ts';
import { printTable } from './print/print-table.ts';
import { judge, problemsOf } from './wait/standing.ts';
import { readTarget } from './wait/target.ts';

export interface StatusSettings extends Selection, Asked {
  /** Go on, and say it again whenever it is another. */
  readonly watch?: boolean;
  readonly output: 'text' | 'json' | 'yaml';
}

interface ShownFleet {
  readonly name: string;
  readonly version: number;
  readonly resources?: Readonly<Record<string, readonly unknown[]>>;
  readonly quarantine: readonly { readonly type: string; readonly name: string; readonly proxy: string }[];
  readonly history: readonly ShownSnapshot[];
}

const problemsShown = 20;

/**
 * How everything stands, in one screen; or how one object does. With `watch`, again whenever something happened. Exit codes: 1 where an object has an error, or is not served yet; 4
 * where an Envoy refuses something.
 */
export async function printStatus(reference: string | undefined, settings: StatusSettings): Promise<void> {
  const say = () => (reference === undefined ? statusOfAll(settings) : statusOfObject(reference, settings));
  if (settings.watch !== true) return say();
  for await (const _ of changesAt(settings.server)) await say();
}

/** A fleet as one replica knows it. */
interface ServedFleet extends ShownFleet {
  readonly replica: Replica;
}

async function statusOfAll(settings: StatusSettings): Promise<void> {
  const [answers, proxies, all, isSelected] = await Promise.all([
    askAll<{ readonly fleets: readonly ShownFleet[] }>(settings, '/debug/snapshots'),
    readProxies(settings),
    readProblems(settings),
    selectedByServer(settings),
  ]);
  const problems = all.filter(({ source }) => isSelected(source));
  const fleets = answers.flatMap(({ replica, body }) => body.fleets.map((fleet): ServedFleet => ({ ...fleet, replica })));
  const refusing = proxies.filter(({ types }) => Object.values(types).some(({ refused }) => refused !== null));
  if (refusing.length > 0 || fleets.some(({ quarantine }) => quarantine.length > 0)) endWith(4);
  else if (problems.some(({ severity }) => severity === 'error')) endWith(1);
  if (settings.output !== 'text') return printData({ fleets: fleets.map(counted), proxies, problems }, settings.output, process.stdout);
  for (const one of new Set(fleets.map(({ name }) => name)))
    printFleet(
      fleets.filter(({ name }) => name === one),
      proxies,
    );
  printProblems(problems);
}

function counted({ resources = {}, replica, ...fleet }: ServedFleet) {
  return { replica: replica.name, ...fleet, history: fleet.history.slice(0, 1), resources: countsOf(resources) };
}

function countsOf(resources: NonNullable<ShownFleet['resources']>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(resources).map(([type, list]) => [type, list.length]));
}

/** By the word of each replica that serves it, of which each counts its own snapshots. */
function printFleet(served: readonly ServedFleet[], all: readonly ConnectedProxy[]): void {
  const [first] = served;
  if (first === undefined) return;
  const proxies = all.filter(({ fleet }) => fleet === first.name);
  const newest = new Map(served.map(({ replica, version }) => [replica.name, version]));
  const behind = proxies.filter(({ replica, acceptedVersion }) => acceptedVersion < (newest.get(replica) ?? 0));
  const well = proxies.length > 0 && behind.length === 0;
  const mark = styleText(well ? 'green' : 'red', well ? 'ok' : '!!', { stream: process.stdout });
  const wanted = served.length === 1 ? `v${first.version}` : 'the newest snapshot of their replica';
  process.stdout.write(`${mark} ${sentence(first, wanted, { proxies, behind })}\n`);
  for (const { replica, version, history } of served) {
    const [last] = history;
    if (last === undefined) continue;
    const age = `${printAge(last.time, Date.now())} old: ${last.cause}  (${last.summary})`;
    const envoys = proxies.filter((proxy) => proxy.replica === replica.name).length;
    if (served.length === 1) process.stdout.write(`   v${version} is ${age}\n`);
    else process.stdout.write(`   ${printReplica(replica)}  v${version}, ${printCount(envoys, 'Envoy')}, ${age}\n`);
  }
  const counts = Object.entries(countsOf(first.resources ?? {})).filter(([, count]) => count > 0);
  if (counts.length > 0) process.stdout.write(`   ${counts.map(([type, count]) => `${count} ${type}`).join(', ')}\n`);
  for (const { type, name: what, proxy } of served.flatMap(({ quarantine }) => quarantine))
    process.stdout.write(`   Envoy ${proxy} refused ${type} ${what}: it is put aside\n`);
}

interface Fleet {
  readonly proxies: readonly ConnectedProxy[];
  readonly behind: readonly ConnectedProxy[];
}

function sentence({ name, version }: ShownFleet, wanted: string, { proxies, behind }: Fleet): string {
  if (version === 0) return `Fleet ${name} has no snapshot yet: not everything was read.`;
  if (proxies.length === 0) return `No Envoy of fleet ${name} is connected.`;
  if (behind.length === 0) return `${proxies.length === 1 ? 'The one Envoy runs' : `All ${proxies.length} Envoys run`} ${wanted}.`;
  return `${behind.length} of ${proxies.length} Envoys do not run ${wanted}: ${behind.map(({ id }) => id).join(', ')}. See naru proxies.`;
}

function printProblems(problems: readonly Problem[]): void {
  const count = (severity: Problem['severity']): number => problems.filter((one) => one.severity === severity).length;
  if (problems.length === 0) {
    process.stdout.write('No object has a problem.\n');
    return;
  }
  process.stdout.write(
    `\n${printCount(count('error'), 'error')}, ${printCount(count('warning'), 'warning')}, ${printCount(count('info'), 'remark')}\n`,
  );
  const ranks = { error: 0, warning: 1, info: 2 };
  const sorted = problems.toSorted((a, b) => ranks[a.severity] - ranks[b.severity]).slice(0, problemsShown);
  printTable<Problem>(
    [
      ['CODE', ({ code }) => code],
      ['SEVERITY', ({ severity }) => severity],
      ['OBJECT', ({ source: { kind, namespace, name } }) => printSource({ kind, namespace, name })],
      ['PROBLEM', ({ message }) => message],
    ],
    sorted,
    '',
    process.stdout,
  );
  if (problems.length > sorted.length) process.stdout.write(`and ${problems.length - sorted.length} more\n`);
}

async function statusOfObject(reference: string, settings: StatusSettings): Promise<void> {
  const target = readTarget(reference, settings.namespace ?? 'default');
  const answers = await askAboutObject(settings, target);
  const { lines, exitCode } = judge(target, answers, { type: 'unknown', message: '' });
  if (exitCode !== 0) endWith(exitCode);
  const objects = answers.flatMap(({ server, object }) => (object === undefined ? [] : [{ replica: server, ...object }]));
  if (settings.output !== 'text') return printData(objects.length > 1 ? objects : (objects[0] ?? null), settings.output, process.stdout);
  for (const line of lines) process.stdout.write(`${line}\n`);
  for (const problem of problemsOf(answers)) printProblem(problem, undefined, process.stdout);
  return undefined;
}
