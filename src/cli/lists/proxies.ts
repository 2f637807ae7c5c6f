import { endWith } from '../end-with.ts';
import { askAll } from '../live/ask.ts';
import { type Asked, printReplica, type Replica } from '../live/replica.ts';
import type { Column } from '../print/print-table.ts';
import { printAge, printMs } from './duration.ts';
import type { LiveSettings } from './live-settings.ts';
import { type List, printList, watchList } from './print-list.ts';

interface Refused {
  readonly version: number;
  readonly message: string;
  readonly resources: readonly string[];
  /** Where these come from. */
  readonly sources?: readonly string[];
}

interface ShownType {
  readonly subscribed: boolean;
  readonly sent: number;
  readonly acknowledged: number;
  readonly refused: Refused | null;
  readonly lag?: { readonly versions: number; readonly ms: number } | null;
}

interface PutAside {
  readonly type: string;
  readonly name: string;
  readonly message: string;
  readonly since: string;
  readonly replacedBy: string;
  readonly sources?: readonly string[];
}

export interface ShownProxy {
  readonly id: string;
  /** What it refused, and something else is served for. */
  readonly putAside?: readonly PutAside[];
  readonly fleet: string;
  readonly address: string;
  readonly protocol: string;
  readonly envoyVersion: string | null;
  readonly acceptedVersion: number;
  readonly connectedSince: string;
  readonly types: Readonly<Record<string, ShownType>>;
}

/** One that is connected to a replica. */
export interface ConnectedProxy extends ShownProxy {
  readonly replica: string;
}

export async function readProxies(asked: Asked): Promise<readonly ConnectedProxy[]> {
  const answers = await askAll<{ readonly proxies: readonly ShownProxy[] }>(asked, '/debug/proxies');
  return answers.flatMap(({ replica, body }) => body.proxies.map((proxy) => ({ ...proxy, replica: replica.name })));
}

/** The Envoys, each with what it has accepted; exit code 4 where one refuses something, also where that is put aside. */
export async function printProxies(settings: LiveSettings): Promise<void> {
  const { server } = settings;
  if (settings.watch === true)
    return watchList(async () => ({ rows: await readProxies(settings), list: listOf(Date.now(), server) }), settings, process.stdout);
  const proxies = await readProxies(settings);
  const refusing = proxies.filter(({ types }) => Object.values(types).some(({ refused }) => refused !== null));
  const aside = proxies.flatMap(({ id, putAside = [] }) => putAside.map((one) => ({ ...one, id })));
  if (refusing.length > 0 || aside.length > 0) endWith(4);
  await printList(proxies, listOf(Date.now(), server), settings.output, process.stdout);
  if (settings.output !== 'table' && settings.output !== 'wide') return undefined;
  for (const { id, types } of refusing) {
    for (const [type, { refused }] of Object.entries(types)) {
      if (refused === null) continue;
      process.stdout.write(`\nNR701 ${id} refuses ${type} ${refused.resources.join(', ')} of v${refused.version}: ${refused.message}\n`);
      printSources(refused);
    }
  }
  for (const { id, type, name, since, message, replacedBy, sources } of aside) {
    process.stdout.write(`\nNR701 ${id} refused ${type} ${name} ${printAge(since, Date.now())} ago, which is put aside: ${message}\n`);
    printSources({ sources });
    process.stdout.write(`      ${replacedBy}\n`);
  }
  return undefined;
}

function printSources({ sources = [] }: { readonly sources?: readonly string[] | undefined }): void {
  if (sources.length > 0) process.stdout.write(`      from ${sources.join(', ')}\n`);
}

function listOf(now: number, replicas: readonly Replica[]): List<ConnectedProxy> {
  const named = new Map(replicas.map((replica) => [replica.name, printReplica(replica)]));
  const ofReplica: Column<ConnectedProxy> = ['REPLICA', ({ replica }) => named.get(replica) ?? replica];
  return {
    columns: [
      ['PROXY', ({ id }) => id],
      ['ENVOY', ({ envoyVersion }) => envoyVersion ?? '-'],
      ['ACCEPTED', ({ acceptedVersion }) => (acceptedVersion === 0 ? '-' : `v${acceptedVersion}`)],
      ...(['listeners', 'scopes', 'routes', 'clusters', 'endpoints', 'secrets'] as const).map(
        (type): Column<ConnectedProxy> => [type.toUpperCase(), ({ types }) => printType(types[type])],
      ),
      ['LAG', printLag],
      ['SINCE', ({ connectedSince }) => printAge(connectedSince, now)],
      ...(replicas.length > 1 ? [ofReplica] : []),
    ],
    wide: [
      ['EXTENSIONS', ({ types }) => printType(types['extensions'])],
      ['FLEET', ({ fleet }) => fleet],
      ['PROTOCOL', ({ protocol }) => protocol],
      ['ADDRESS', ({ address }) => address],
    ],
    name: ({ id }) => `proxy/${id}`,
    empty: 'No Envoy is connected.',
  };
}

/** Of the type that is behind the most. */
function printLag({ types }: ShownProxy): string {
  const lags = Object.values(types).flatMap(({ lag }) => lag ?? []);
  if (lags.length === 0) return '-';
  return `${Math.max(...lags.map(({ versions }) => versions))} v, ${printMs(Math.max(...lags.map(({ ms }) => ms)))}`;
}

function printType(type: ShownType | undefined): string {
  if (type === undefined || !type.subscribed) return '-';
  if (type.refused !== null) return 'NACK';
  return type.sent === type.acknowledged ? 'ok' : `sent v${type.sent}`;
}
