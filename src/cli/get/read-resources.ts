import { resourceMessage } from '../../debug/resource-messages.ts';
import type { Listed, Resources } from '../../explain/inventory/resources.ts';
import { readPaths } from '../../kube/folder/read-folder.ts';
import type { ControllerSettings } from '../../settings.ts';
import type { TypeName } from '../../snapshot/resource.ts';
import { buildOnce, madeAtStart } from '../files/build-once.ts';
import { ask } from '../lists/ask.ts';
import { requirePath } from '../files/require-path.ts';

export interface ReadSettings extends ControllerSettings {
  /** Absent: a running Naru is asked. */
  readonly filename?: readonly string[];
  readonly server: string;
}

/** What Envoys are given of some types: by files, or by a running Naru. Sorted by name. */
export async function readResources(types: readonly TypeName[], settings: ReadSettings): Promise<Resources> {
  const read = settings.filename === undefined ? await askFor(types, settings) : await build(types, settings.filename, settings);
  return Object.fromEntries(read.map(([type, list]) => [type, list.toSorted((a, b) => (a.name < b.name ? -1 : 1))]));
}

type Read = readonly (readonly [TypeName, readonly Listed<unknown>[]])[];

function askFor(types: readonly TypeName[], settings: ReadSettings): Promise<Read> {
  const query = new URLSearchParams({ fleet: settings.fleet }).toString();
  return Promise.all(
    types.map(async (type) => {
      const { resources } = await ask<{ readonly resources: readonly Listed<unknown>[] }>(settings, `/debug/xds/${type}?${query}`);
      return [type, resources] as const;
    }),
  );
}

async function build(types: readonly TypeName[], paths: readonly string[], settings: ReadSettings): Promise<Read> {
  for (const path of paths) requirePath(path);
  const { current } = buildOnce((await readPaths(paths)).events, settings, { defaultCertificate: madeAtStart });
  return types.map((type) => [
    type,
    [...(current?.resources[type].values() ?? [])].map((resource) => {
      const { name, version, sources } = resource;
      return { name, version, sources, resource: resourceMessage(resource) };
    }),
  ]);
}
