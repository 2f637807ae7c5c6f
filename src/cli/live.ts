import { askServer } from './ask-server.ts';
import { type Column, printTable } from './print-table.ts';
import { UsageError } from './usage-error.ts';

export interface LiveSettings {
  readonly server: string;
  readonly output: 'table' | 'json';
}

interface Refused {
  readonly version: number;
  readonly message: string;
  readonly resources: readonly string[];
}

interface ShownType {
  readonly subscribed: boolean;
  readonly sent: number;
  readonly acknowledged: number;
  readonly refused: Refused | null;
}

interface ShownProxy {
  readonly id: string;
  readonly fleet: string;
  readonly envoyVersion: string | null;
  readonly acceptedVersion: number;
  readonly connectedSince: string;
  readonly types: Readonly<Record<string, ShownType>>;
}

interface ShownSnapshot {
  readonly version: number;
  readonly time: string;
  readonly cause: string;
  readonly summary: string;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

interface ShownResource {
  readonly name: string;
  readonly version: string;
  readonly sources: readonly { readonly kind: string; readonly namespace: string; readonly name: string }[];
}

/** The Envoys, each with what it has accepted; exit code 4 where one refuses something. */
export async function printProxies(settings: LiveSettings): Promise<void> {
  const { proxies } = (await ask(settings, '/debug/proxies')) as { readonly proxies: readonly ShownProxy[] };
  const refusing = proxies.filter(({ types }) => Object.values(types).some(({ refused }) => refused !== null));
  if (refusing.length > 0) process.exitCode = 4;
  if (settings.output === 'json') return printJson(proxies);
  const columns: readonly Column<ShownProxy>[] = [
    ['PROXY', ({ id }) => id],
    ['FLEET', ({ fleet }) => fleet],
    ['ENVOY', ({ envoyVersion }) => envoyVersion ?? '-'],
    ['ACCEPTED', ({ acceptedVersion }) => (acceptedVersion === 0 ? '-' : `v${acceptedVersion}`)],
    ...(['listeners', 'scopes', 'routes', 'clusters', 'endpoints', 'secrets'] as const).map(
      (type): Column<ShownProxy> => [type.toUpperCase(), ({ types }) => printType(types[type])],
    ),
    ['SINCE', ({ connectedSince }) => connectedSince],
  ];
  printTable(columns, proxies, 'No Envoy is connected.', process.stdout);
  for (const { id, types } of refusing) {
    for (const [type, { refused }] of Object.entries(types)) {
      if (refused !== null)
        process.stdout.write(`\n${id} refuses ${type} ${refused.resources.join(', ')} of v${refused.version}: ${refused.message}\n`);
    }
  }
}

/** The last snapshots of every fleet, the newest first. */
export async function printSnapshots(settings: LiveSettings): Promise<void> {
  const { fleets } = (await ask(settings, '/debug/snapshots')) as {
    readonly fleets: readonly { readonly name: string; readonly history: readonly ShownSnapshot[] }[];
  };
  const rows = fleets.flatMap(({ name, history }) => history.map((snapshot) => ({ fleet: name, ...snapshot })));
  if (settings.output === 'json') return printJson(rows);
  printTable<(typeof rows)[number]>(
    [
      ['SNAPSHOT', ({ version }) => `v${version}`],
      ['FLEET', ({ fleet }) => fleet],
      ['TIME', ({ time }) => time],
      ['CHANGES', ({ added, changed, removed }) => `+${added} ~${changed} -${removed}`],
      ['CAUSE', ({ cause }) => cause],
      ['WHAT', ({ summary }) => summary],
    ],
    rows,
    'There is no snapshot yet.',
    process.stdout,
  );
  return undefined;
}

/** Resources of one type with the objects that they come from; one alone with its contents. */
export async function printResources(type: string, name: string | undefined, settings: LiveSettings): Promise<void> {
  const path = name === undefined ? '' : `/${name.split('/').map(encodeURIComponent).join('/')}`;
  const { resources } = (await ask(settings, `/debug/xds/${encodeURIComponent(type)}${path}`)) as {
    readonly resources: readonly ShownResource[];
  };
  if (settings.output === 'json' || name !== undefined) return printJson(name === undefined ? resources : resources[0]);
  printTable<ShownResource>(
    [
      ['NAME', ({ name: own }) => own],
      ['VERSION', ({ version }) => version],
      ['SOURCES', ({ sources }) => printSources(sources)],
    ],
    resources,
    `There are no ${type}.`,
    process.stdout,
  );
  return undefined;
}

async function ask({ server }: LiveSettings, path: string): Promise<unknown> {
  const { status, body } = await askServer(server, path);
  if (status !== 200) throw new UsageError((body as { readonly error: string }).error);
  return body;
}

function printType(type: ShownType | undefined): string {
  if (type === undefined || !type.subscribed) return '-';
  if (type.refused !== null) return 'NACK';
  return type.sent === type.acknowledged ? 'ok' : `sent v${type.sent}`;
}

const sourcesShown = 3;

function printSources(sources: ShownResource['sources']): string {
  const objects = [...new Set(sources.map(({ kind, namespace, name }) => `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`))];
  const more = objects.length - sourcesShown;
  return `${objects.slice(0, sourcesShown).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value ?? null, null, 2)}\n`);
}
