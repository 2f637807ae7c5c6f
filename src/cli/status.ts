import { styleText } from 'node:util';
import type { Problem } from '../model/problem.ts';
import { printSource } from '../model/source.ts';
import { ask } from './lists/ask.ts';
import { printAge } from './lists/duration.ts';
import { printValue } from './lists/print-list.ts';
import { selectedByServer, type Selection } from './lists/selection.ts';
import { changesAt } from './live/changes.ts';
import type { ShownProxy } from './lists/proxies.ts';
import type { ShownSnapshot } from './lists/snapshots.ts';
import { printProblem } from './print/print-problem.ts';
import { printTable } from './print/print-table.ts';
import { judge, type ShownObject } from './wait/standing.ts';
import { readTarget } from './wait/target.ts';
import { askServer } from './live/ask-server.ts';

export interface StatusSettings extends Selection {
  readonly server: string;
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

async function statusOfAll(settings: StatusSettings): Promise<void> {
  const [{ fleets }, { proxies }, { problems: all }, isSelected] = await Promise.all([
    ask<{ readonly fleets: readonly ShownFleet[] }>(settings, '/debug/snapshots'),
    ask<{ readonly proxies: readonly ShownProxy[] }>(settings, '/debug/proxies'),
    ask<{ readonly problems: readonly Problem[] }>(settings, '/debug/problems'),
    selectedByServer(settings, settings.server),
  ]);
  const problems = all.filter(({ source }) => isSelected(source));
  const refusing = proxies.filter(({ types }) => Object.values(types).some(({ refused }) => refused !== null));
  const refused = refusing.length > 0 || fleets.some(({ quarantine }) => quarantine.length > 0);
  process.exitCode = refused ? 4 : problems.some(({ severity }) => severity === 'error') ? 1 : 0;
  if (settings.output !== 'text') return printValue({ fleets: fleets.map(counted), proxies, problems }, settings.output, process.stdout);
  for (const fleet of fleets)
    printFleet(
      fleet,
      proxies.filter((proxy) => proxy.fleet === fleet.name),
    );
  printProblems(problems);
}

function counted({ resources = {}, ...fleet }: ShownFleet) {
  return { ...fleet, history: fleet.history.slice(0, 1), resources: countsOf(resources) };
}

function countsOf(resources: NonNullable<ShownFleet['resources']>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(resources).map(([type, list]) => [type, list.length]));
}

function printFleet({ name, version, history, resources = {}, quarantine }: ShownFleet, proxies: readonly ShownProxy[]): void {
  const [newest] = history;
  process.stdout.write(`${paint(proxies, version)} ${sentence(name, version, proxies)}\n`);
  if (newest !== undefined)
    process.stdout.write(`   v${version} is ${printAge(newest.time, Date.now())} old: ${newest.cause}  (${newest.summary})\n`);
  const counts = Object.entries(countsOf(resources)).filter(([, count]) => count > 0);
  if (counts.length > 0) process.stdout.write(`   ${counts.map(([type, count]) => `${count} ${type}`).join(', ')}\n`);
  for (const { type, name: what, proxy } of quarantine)
    process.stdout.write(`   Envoy ${proxy} refused ${type} ${what}: it is put aside\n`);
}

function sentence(fleet: string, version: number, proxies: readonly ShownProxy[]): string {
  if (version === 0) return `Fleet ${fleet} has no snapshot yet: not everything was read.`;
  if (proxies.length === 0) return `No Envoy of fleet ${fleet} is connected.`;
  const behind = proxies.filter(({ acceptedVersion }) => acceptedVersion < version);
  if (behind.length === 0) return `${proxies.length === 1 ? 'The one Envoy runs' : `All ${proxies.length} Envoys run`} v${version}.`;
  return `${behind.length} of ${proxies.length} Envoys do not run v${version}: ${behind.map(({ id }) => id).join(', ')}. See naru proxies.`;
}

function paint(proxies: readonly ShownProxy[], version: number): string {
  const well = proxies.length > 0 && proxies.every(({ acceptedVersion }) => acceptedVersion >= version);
  return styleText(well ? 'green' : 'red', well ? 'ok' : '!!', { stream: process.stdout });
}

function printProblems(problems: readonly Problem[]): void {
  const count = (severity: Problem['severity']): number => problems.filter((one) => one.severity === severity).length;
  if (problems.length === 0) {
    process.stdout.write('No object has a problem.\n');
    return;
  }
  process.stdout.write(`\n${count('error')} errors, ${count('warning')} warnings, ${count('info')} remarks\n`);
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

async function statusOfObject(reference: string, { server, namespace, output }: StatusSettings): Promise<void> {
  const target = readTarget(reference, namespace ?? 'default');
  const { status, body } = await askServer(server, `/debug/objects/${target.kind}/${target.namespace}/${target.name}`);
  const object = status === 200 ? (body as ShownObject) : undefined;
  const { lines, exitCode } = judge(target, [{ server, ...(object && { object }) }], { type: 'unknown', message: '' });
  process.exitCode = exitCode;
  if (output !== 'text') return printValue(object ?? null, output, process.stdout);
  for (const line of lines) process.stdout.write(`${line}\n`);
  for (const problem of object?.problems ?? []) printProblem(problem, undefined, process.stdout);
  return undefined;
}
