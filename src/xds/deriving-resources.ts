import type { Resource } from '../snapshot/resource.ts';
import { DerivedTable, type OnFailure, type Read } from '../store/derived-table.ts';
import type { Key, Table } from '../store/table.ts';
import { sameResource } from './make-resource.ts';

/** Makes a table of resources. What goes wrong with its rows is told under its name. */
export type DeriveResources = <I>(
  name: string,
  input: Table<I>,
  compute: (row: I, read: Read, key: Key) => Resource | undefined,
) => DerivedTable<I, Resource>;

export function derivingResources(onFailure: OnFailure): DeriveResources {
  return (name, input, compute) =>
    new DerivedTable({ name, input, compute, same: sameResource, onFailure: (key, error) => onFailure(`${name} ${key}`, error) });
}
