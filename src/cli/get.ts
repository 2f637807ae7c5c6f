import type { Listed } from '../explain/inventory/resources.ts';
import type { TypeName } from '../snapshot/resource.ts';
import { endWith } from './end-with.ts';
import { type Inventory, inventories, printObjects } from './get/inventory.ts';
import { type ReadSettings, readResources } from './get/read-resources.ts';
import { type List, type ListOutput, printList, watchList } from './lists/print-list.ts';
import { printData } from './print/print-data.ts';
import type { IsSelected } from './lists/selection.ts';
import { UsageError } from './usage-error.ts';

export interface GetSettings extends ReadSettings {
  readonly output: ListOutput;
  /** Go on, and print what changes. */
  readonly watch?: boolean;
}

/** Types that are listed as they are. */
const rawTypes: readonly TypeName[] = ['scopes', 'secrets', 'extensions'];

/** Lists what Envoys are given. Exit code 1 where nothing is called so. */
export async function get(word: string, name: string | undefined, settings: GetSettings): Promise<void> {
  const inventory = inventories.find(({ words }) => words.includes(word)) ?? rawInventory(word);
  if (inventory === undefined)
    throw new UsageError(
      `There is no list of ${word}. There are ${[...inventories.map(({ words }) => words[0]), ...rawTypes].join(', ')}.`,
    );
  const list = name === undefined ? inventory : { ...inventory, empty: `There is no ${name} among the ${inventory.words[0]}.` };
  const read = async () => {
    const { resources, isSelected } = await readResources(inventory.types, settings);
    return { resources, list, rows: inventory.rows(resources).filter((row) => isMeant(row, inventory, name, isSelected, settings)) };
  };
  const { output } = settings;
  if (settings.watch === true) {
    if (settings.filename !== undefined) throw new UsageError('Files are not watched here: leave --watch out, or use naru dev.');
    return watchList(read, settings, process.stdout);
  }
  const { resources, rows } = await read();
  if (name !== undefined && rows.length === 0) endWith(1);
  const { contents } = inventory;
  if (name !== undefined && contents !== undefined && (output === 'json' || output === 'yaml')) {
    const found = (resources[contents] as readonly Listed<unknown>[] | undefined)?.find((one) => one.name === name);
    if (found !== undefined) return printData(found, output, process.stdout);
  }
  return printList(rows, list, output, process.stdout);
}

function isMeant<T>(
  row: T,
  { called, sourcesOf }: Inventory<T>,
  name: string | undefined,
  isSelected: IsSelected,
  { selector, namespace, allNamespaces }: GetSettings,
): boolean {
  if (name !== undefined && !called(row).includes(name)) return false;
  if (selector === undefined && (namespace === undefined || allNamespaces === true)) return true;
  return sourcesOf(row).some(isSelected);
}

function rawInventory(word: string): Inventory<unknown> | undefined {
  const type = rawTypes.find((one) => one === word);
  if (type === undefined) return undefined;
  const list: List<Listed<unknown>> = {
    columns: [
      ['NAME', (row) => row.name],
      ['VERSION', (row) => row.version],
      ['FROM', (row) => printObjects(row.sources)],
    ],
    name: (row) => `${type}/${row.name}`,
    empty: `There are no ${type}.`,
  };
  const inventory: Inventory<Listed<unknown>> = {
    ...list,
    words: [type],
    types: [type],
    rows: (resources) => resources[type] ?? [],
    called: (row) => [row.name],
    sourcesOf: (row) => row.sources,
    contents: type,
  };
  return inventory as Inventory<unknown>;
}
