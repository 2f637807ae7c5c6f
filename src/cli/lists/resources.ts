import { ask, type LiveSettings } from './ask.ts';
import { type List, printList, printValue } from './print-list.ts';

interface ShownResource {
  readonly name: string;
  readonly version: string;
  readonly sources: readonly { readonly kind: string; readonly namespace: string; readonly name: string }[];
}

/** Resources of one type with the objects that they come from; one alone with its contents. */
export async function printResources(type: string, name: string | undefined, settings: LiveSettings): Promise<void> {
  const { output } = settings;
  const path = name === undefined ? '' : `/${name.split('/').map(encodeURIComponent).join('/')}`;
  const { resources } = await ask<{ readonly resources: readonly ShownResource[] }>(
    settings,
    `/debug/xds/${encodeURIComponent(type)}${path}`,
  );
  if (name !== undefined && output !== 'name' && output !== 'wide')
    return printValue(resources[0], output === 'yaml' ? 'yaml' : 'json', process.stdout);
  const list: List<ShownResource> = {
    columns: [
      ['NAME', ({ name: own }) => own],
      ['VERSION', ({ version }) => version],
      ['SOURCES', ({ sources }) => printSources(sources)],
    ],
    name: ({ name: own }) => `${type}/${own}`,
    empty: `There are no ${type}.`,
  };
  return printList(resources, list, output, process.stdout);
}

const sourcesShown = 3;

function printSources(sources: ShownResource['sources']): string {
  const objects = [...new Set(sources.map(({ kind, namespace, name }) => `${kind} ${namespace === '' ? '' : `${namespace}/`}${name}`))];
  const more = objects.length - sourcesShown;
  return `${objects.slice(0, sourcesShown).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
