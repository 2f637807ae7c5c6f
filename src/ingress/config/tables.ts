import type { ConfigMap } from '../../kube/objects.ts';
import { edgeKey, type EdgeSettings } from '../../model/edge.ts';
import type { Problem } from '../../model/problem.ts';
import type { OnFailure } from '../../store/derived-table.ts';
import { deriving } from '../../store/deriving.ts';
import { OnlyRow } from '../../store/only-row.ts';
import type { FollowingTable, Key, Table } from '../../store/table.ts';
import type { World } from '../../store/world.ts';
import type { Family } from '../annotations/family.ts';
import { families } from '../annotations/index.ts';
import type { Compatibility, IngressOptions } from '../options.ts';
import { readAccessLogs } from './access-logs.ts';
import { edgeSettings } from './edge.ts';
import { type HeadersReading, readHeaders } from './header-maps.ts';
import { type GlobalAuthRow, readGlobalAuth } from './global-auth.ts';
import { concerns, type ControllerConfig } from './index.ts';
import { readTracing } from './tracing.ts';
import { type ConfigRow, defaultConfig, edgeSources, knownKeys, readConfig } from './read-config.ts';

/** The one row of these tables. */
export const controller: Key = 'controller';

/** By annotation, what it means where an Ingress does not say it; also, by their own names, keys that say what annotations may do. */
export type AnnotationDefaults = Readonly<Record<string, unknown>>;

/** What the ConfigMap says of redirects to https. */
export interface RedirectSettings {
  readonly status: ControllerConfig['redirects']['http-redirect-code'];
  readonly exempt: readonly string[];
}

export interface ConfigTables {
  readonly config: Table<ControllerConfig>;
  /** Changes only when one of these defaults does, because every Ingress reads it. */
  readonly annotationDefaults: Table<AnnotationDefaults>;
  /** Changes only when these do, because every host reads it. */
  readonly redirectSettings: Table<RedirectSettings>;
  readonly globalAuth: Table<GlobalAuthRow>;
  /** Whether OCSP responses are stapled; changes only when this does, because every certificate reads it. One row, `controller`. */
  readonly stapling: Table<boolean>;
  /** One row, `edgeKey`. */
  readonly edge: Table<EdgeSettings>;
  readonly reporting: readonly Table<{ readonly problems: readonly Problem[] }>[];
  /** In the order in which they are refreshed. */
  readonly tables: readonly FollowingTable<unknown>[];
}

/** Follows the controller's ConfigMap, if it has one. */
export function configTables(
  world: World,
  { configMap: key, compatibility }: Pick<IngressOptions, 'configMap' | 'compatibility'>,
  onFailure: OnFailure,
): ConfigTables {
  const derive = deriving(onFailure);
  const only = new OnlyRow(controller);
  const rows = derive(
    'ConfigMap',
    only,
    (_, read): ConfigRow =>
      key === undefined
        ? { config: defaultConfig, problems: [] }
        : readConfig(key, read.get(world.objects.ConfigMap, key), isReadAnnotation),
  );
  const config = derive('config', rows, (row) => row.config);
  const annotationDefaults = derive('annotation defaults', config, defaultsOf);
  const redirectSettings = derive('redirect settings', config, ({ redirects }): RedirectSettings => {
    return { status: redirects['http-redirect-code'], exempt: redirects['no-tls-redirect-locations'] };
  });
  const globalAuth = derive('global authentication', config, (values, read) =>
    readGlobalAuth(values, key === undefined ? undefined : read.get(world.objects.ConfigMap, key)),
  );
  const stapling = derive('stapling', config, ({ tls }) => tls['enable-ocsp']);
  const onlyEdge = new OnlyRow(edgeKey);
  const edgeRows = derive('edge rows', onlyEdge, (_, read) => {
    const find = (name: Key) => read.get(world.objects.ConfigMap, name);
    return edgeRow(read.get(config, controller) ?? defaultConfig, { key, compatibility, find });
  });
  const edge = derive('edge', edgeRows, (row) => row.edge);
  return {
    ...{ config, annotationDefaults, redirectSettings, globalAuth, stapling, edge },
    reporting: [rows, globalAuth, edgeRows],
    tables: [only, rows, config, annotationDefaults, redirectSettings, globalAuth, stapling, onlyEdge, edgeRows, edge],
  };
}

interface EdgeRow {
  readonly edge: EdgeSettings;
  readonly problems: readonly Problem[];
}

interface EdgeSources {
  readonly key: Key | undefined;
  readonly compatibility: Compatibility;
  readonly find: (name: Key) => ConfigMap | undefined;
}

/** Also reads the ConfigMaps that this one names. */
function edgeRow(config: ControllerConfig, { key, compatibility, find }: EdgeSources): EdgeRow {
  const by = key === undefined ? undefined : find(key);
  const named = (name: string, of: Key): HeadersReading =>
    by === undefined || of === '' ? { headers: [], problems: [] } : readHeaders({ by, key: name, name: of }, find(of));
  const requests = named('proxy-set-headers', config.requestHeaders['proxy-set-headers']);
  const answers = named('add-headers', config.responseHeaders['add-headers']);
  const { logs, problems } = readAccessLogs(config.logging, by);
  const { problems: ofTracing, ...tracing } = readTracing(config.tracing, by);
  const headers = { requests: requests.headers, answers: answers.headers };
  return {
    edge: edgeSettings(config, { headers, logs, ...tracing, sources: edgeSources(by) }, compatibility),
    problems: [...requests.problems, ...answers.problems, ...problems, ...ofTracing],
  };
}

/** What keys say of annotations: their defaults, what changes these, and what annotations may do. */
export function defaultsOf(config: ControllerConfig): AnnotationDefaults {
  const values = Object.keys(concerns).flatMap((concern) => Object.entries<unknown>(config[concern as keyof ControllerConfig]));
  const defaults: Record<string, unknown> = {};
  for (const [name, value] of values) {
    const support = changeOf(name);
    const isDefault = support !== undefined && support.change === undefined;
    if (isDefault || knownKeys.get(name)?.forAnnotations === true) defaults[name] = value;
  }
  for (const [name, value] of values) {
    const { annotation = '', change } = changeOf(name) ?? {};
    if (change !== undefined) defaults[annotation] = change(defaults[annotation], value);
  }
  return defaults;
}

function changeOf(name: string) {
  const support = knownKeys.get(name)?.support;
  return support?.type === 'annotation' ? support : undefined;
}

export function isReadAnnotation(annotation: string): boolean {
  return Object.values<Family<unknown>>(families).some(({ fields }) =>
    Object.entries(fields).some(
      ([name, { aliases = [], support }]) => [name, ...aliases].includes(annotation) && support.level !== 'reported',
    ),
  );
}
