import { hash } from 'node:crypto';
import type { Source } from '../../model/source.ts';
import { ResourceTable } from '../resource-table.ts';
import { type Reference, type Resource, typeNames, type TypeName } from '../resource.ts';
import { emptyResourceSet } from '../snapshot.ts';
import { format, type StoredSnapshot } from './stored-snapshot.ts';

/** The file cannot be used. The message completes "it is set aside, because …". */
export class Unreadable extends Error {}

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads what `encodeSnapshot` wrote.
 *
 * @throws Unreadable when it is anything else, or not all of it.
 */
export function decodeSnapshot(file: Buffer): StoredSnapshot {
  const first = parse(lineAt(file, 0));
  if (first?.['format'] !== format.format) throw new Unreadable('it is not a snapshot of Naru');
  if (first['version'] !== format.version) {
    throw new Unreadable(`its format is ${JSON.stringify(first['version'])}, and this version of Naru reads ${format.version}`);
  }
  const end = file.lastIndexOf('\n', file.length - 2) + 1;
  const whole = parse(lineAt(file, end))?.['sha256'];
  if (file.at(-1) !== 0x0a || whole !== hash('sha256', file.subarray(0, end), 'base64url')) {
    throw new Unreadable('it is cut short or damaged');
  }
  const { fleet, hash: id, cause, time, keys, resources: count } = first;
  if (!isText(fleet) || !isText(id) || !isText(cause) || !isNumber(time) || typeof keys !== 'boolean') throw incomplete('its first line');
  const resources = readResources(file.subarray(0, end), lineAt(file, 0).length + 1);
  if (resources.length !== count)
    throw new Unreadable(`it has ${resources.length} resources and says that it has ${JSON.stringify(count)}`);
  const tables = typeNames.map((type) => {
    const ofType = resources.filter((resource) => resource.type === type);
    return [type, ResourceTable.empty.with(new Map(ofType.map((resource) => [resource.name, resource])))] as const;
  });
  return { fleet, hash: id, cause, time, keys, resources: { ...emptyResourceSet, ...Object.fromEntries(tables) } };
}

function readResources(records: Buffer, from: number): Resource[] {
  const resources: Resource[] = [];
  let offset = from;
  while (offset < records.length) {
    const text = lineAt(records, offset);
    const { type, name, version, size, sha256, references, sources } = parse(text) ?? {};
    if (!isType(type) || !isText(name) || !isText(version) || !isNumber(size) || !isReferences(references) || !isSources(sources)) {
      throw incomplete(`resource ${resources.length + 1}`);
    }
    const start = offset + text.length + 1;
    const bytes = records.subarray(start, start + size);
    if (hash('sha256', bytes, 'base64url') !== sha256) throw new Unreadable(`${type} ${name} is damaged`);
    resources.push({ type, name, version, bytes, references, sources });
    offset = start + size + 1;
  }
  return resources;
}

function lineAt(file: Buffer, offset: number): Buffer {
  const end = file.indexOf('\n', offset);
  return file.subarray(offset, end === -1 ? file.length : end);
}

function parse(line: Buffer): Fields | undefined {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'));
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function incomplete(what: string): Unreadable {
  return new Unreadable(`${what} lacks something`);
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isType(value: unknown): value is TypeName {
  return typeNames.some((type) => type === value);
}

function isReferences(value: unknown): value is readonly Reference[] {
  return Array.isArray(value) && value.every((each) => isFields(each) && isType(each['type']) && isText(each['name']));
}

function isSources(value: unknown): value is readonly Source[] {
  return (
    Array.isArray(value) &&
    value.every((each) => isFields(each) && isText(each['kind']) && isText(each['namespace']) && isText(each['name']))
  );
}
