import type { Resource } from '../../snapshot/resource.ts';
import { DerivedTable, type Read, type OnFailure } from '../../store/derived-table.ts';
import { IndexTable } from '../../store/index-table.ts';
import { type Override, OverlayTable } from '../../store/overlay-table.ts';
import type { FollowingTable, Key, Table } from '../../store/table.ts';
import { makeResource } from '../make-resource.ts';
import { type PartReplacement, partVersion, withParts } from './host-parts.ts';
import {
  hostVersion,
  type Quarantinable,
  type Quarantined,
  quarantineKey,
  type RenderedHost,
  type Replacement,
  splitName,
} from './quarantine.ts';
import type { EncodedVirtualHost } from '../routes/virtual-host.ts';

/** Rendered rows as they are served: what an Envoy refused is replaced or left out. */
export interface Overlay<T> {
  readonly served: OverlayTable<T>;
  /** Names that are rendered and not served. */
  readonly leftOut: Table<true>;
  readonly tables: readonly FollowingTable<unknown>[];
}

interface OverlayParts<T> {
  readonly bases: readonly Table<T>[];
  readonly quarantine: Table<Quarantined>;
  readonly versionOf: (row: T) => string;
  readonly replace: (replacement: Replacement, rendered: T, read: Read) => T | undefined;
  /** What a quarantined row needs of this table besides itself. */
  readonly needed: (row: Quarantined) => readonly { readonly name: string; readonly row: T }[];
  readonly onFailure: OnFailure;
}

function overlay<T>(what: Quarantinable, { bases, quarantine, versionOf, replace, needed, onFailure }: OverlayParts<T>): Overlay<T> {
  // Only the names that the quarantine is about are looked at: a row for each of them, and none when it is empty.
  const concerned = new IndexTable(`quarantined ${what}`, quarantine, (row) => [
    ...(row.what === what ? [row.name] : []),
    ...needed(row).map(({ name }) => name),
  ]);
  const overrides = new DerivedTable<readonly Key[], Override<T>>({
    name: `replaced ${what}`,
    input: concerned,
    compute: (rows, read, name) => {
      const rendered = bases.map((base) => read.get(base, name)).find((row) => row !== undefined);
      const own = read.get(quarantine, quarantineKey(what, name));
      const needs = rows.flatMap((key) => {
        const row = read.get(quarantine, key);
        return row === undefined ? [] : needed(row).filter((need) => need.name === name);
      });
      const kept = needs.find(({ row }) => versionOf(row) !== own?.version)?.row;
      if (rendered === undefined) return kept === undefined ? undefined : { value: kept };
      if (own?.version !== versionOf(rendered)) return undefined;
      const value = replace(own.replacement, rendered, read) ?? kept;
      return value === undefined ? {} : { value };
    },
    same: (a, b) => (a.value === undefined || b.value === undefined ? a.value === b.value : versionOf(a.value) === versionOf(b.value)),
    onFailure,
  });
  const leftOut = new DerivedTable<Override<T>, true>({
    name: `left out ${what}`,
    input: overrides,
    compute: ({ value }) => (value === undefined ? true : undefined),
  });
  const served = new OverlayTable(`served ${what}`, bases, overrides);
  return { served, leftOut, tables: [concerned, overrides, leftOut, served] };
}

export interface OverlayOptions {
  readonly quarantine: Table<Quarantined>;
  readonly onFailure: OnFailure;
}

export function overlayResources(
  what: Exclude<Quarantinable, 'hosts'>,
  bases: readonly Table<Resource>[],
  { quarantine, onFailure }: OverlayOptions,
): Overlay<Resource> {
  return overlay(what, {
    bases,
    quarantine,
    versionOf: ({ version }) => version,
    replace: (replacement, { name, sources }) => {
      if (replacement.type === 'accepted resource') return replacement.resource;
      if (replacement.type !== 'empty') return undefined;
      return makeResource('endpoints', { cluster_name: name, endpoints: [] }, { name, references: [], sources });
    },
    needed: ({ needs }) => needs.filter(({ type }) => type === what).map((row) => ({ name: row.name, row })),
    onFailure: (key, error) => onFailure(`quarantined ${what} ${key}`, error),
  });
}

/** A whole host that is put aside wins over parts of it. */
export function overlayHosts(
  rendered: Table<RenderedHost>,
  { quarantine, onFailure }: OverlayOptions,
  answering: (host: RenderedHost, read: Read) => EncodedVirtualHost,
): { readonly served: Table<RenderedHost>; readonly tables: readonly FollowingTable<unknown>[] } {
  const concerned = new IndexTable('quarantined hosts', quarantine, ({ what, name }) =>
    what === 'hosts' ? [splitName(name).hostname] : [],
  );
  const overrides = new DerivedTable<readonly Key[], Override<RenderedHost>>({
    name: 'replaced hosts',
    input: concerned,
    compute: (keys, read, hostname) => {
      const host = read.get(rendered, hostname);
      if (host === undefined) return undefined;
      const rows = keys.flatMap((key) => read.get(quarantine, key) ?? []);
      const whole = rows.find(({ name, version }) => name === hostname && version === hostVersion(host));
      if (whole !== undefined) return override(replacedHost(whole.replacement, host, read, answering), host);
      const parts = partsToReplace(rows, host);
      return parts.size === 0 ? undefined : override(withParts(host, parts), host);
    },
    same: (a, b) => (a.value === undefined || b.value === undefined ? a.value === b.value : a.value.bytes.equals(b.value.bytes)),
    onFailure: (key, error) => onFailure(`quarantined host ${key}`, error),
  });
  const served = new OverlayTable('served hosts', [rendered], overrides);
  return { served, tables: [concerned, overrides, served] };
}

function override(encoded: EncodedVirtualHost | undefined, { host }: RenderedHost): Override<RenderedHost> {
  return encoded === undefined ? {} : { value: { ...encoded, host } };
}

function replacedHost(
  replacement: Replacement,
  host: RenderedHost,
  read: Read,
  answering: (host: RenderedHost, read: Read) => EncodedVirtualHost,
): EncodedVirtualHost | undefined {
  if (replacement.type === 'accepted host') return replacement.host;
  return replacement.type === 'answers' ? answering(host, read) : undefined;
}

/** Those whose content is still what was put aside. */
function partsToReplace(rows: readonly Quarantined[], host: RenderedHost): ReadonlyMap<string, PartReplacement> {
  const parts = new Map<string, PartReplacement>();
  for (const { name, version, replacement } of rows) {
    const { owner } = splitName(name);
    if (owner === undefined || version !== partVersion(host, owner)) continue;
    if (replacement.type === 'accepted part' || replacement.type === 'no part' || replacement.type === 'answers')
      parts.set(owner, replacement);
  }
  return parts;
}
