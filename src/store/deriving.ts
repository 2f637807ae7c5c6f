import { DerivedTable, type OnFailure, type Read } from './derived-table.ts';
import type { Key, Table } from './table.ts';

/** Makes a derived table. What goes wrong with its rows is told under its name. */
export type Derive = <I, O>(name: string, input: Table<I>, compute: (row: I, read: Read, key: Key) => O | undefined) => DerivedTable<I, O>;

export function deriving(onFailure: OnFailure): Derive {
  return (name, input, compute) =>
    new DerivedTable({ name, input, compute, onFailure: (key, error) => onFailure(`${name} ${key}`, error) });
}
