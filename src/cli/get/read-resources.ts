import { resourceMessage } from '../../debug/resource-messages.ts';
import type { Listed, Resources } from '../../explain/inventory/resources.ts';
import type { KubeEvent } from '../../kube/event.ts';
import { readPaths } from '../../kube/folder/read-folder.ts';
import type { ControllerSettings } from '../../settings.ts';
import type { TypeName } from '../../snapshot/resource.ts';
import { buildOnce, madeAtStart } from '../files/build-once.ts';
import { ask } from '../live/ask.ts';
import type { Asked } from '../live/replica.ts';
import { type IsSelected, selectedByFiles, selectedByServer, type Selection } from '../lists/selection.ts';
import { requirePath } from '../files/require-path.ts';

export interface ReadSettings extends ControllerSettings, Selection, Asked {
  /** Absent: a running Naru is asked. */
  readonly filename?: readonly string[];
}

export interface WhatIsGiven {
  /** Sorted by name. */
  readonly resources: Resources;
  readonly isSelected: IsSelected;
}

/** What Envoys are given of some types: by files, or by a running Naru. */
export async function readResources(types: readonly TypeName[], settings: ReadSettings): Promise<WhatIsGiven> {
  if (settings.filename === undefined) {
    const [read, isSelected] = await Promise.all([askFor(types, settings), selectedByServer(settings)]);
    return { resources: sorted(read), isSelected };
  }
  for (const path of settings.filename) requirePath(path);
  const { events } = await readPaths(settings.filename);
  return { resources: sorted(build(types, events, settings)), isSelected: selectedByFiles(settings, events) };
}

function sorted(read: Read): Resources {
  return Object.fromEntries(read.map(([type, list]) => [type, list.toSorted((a, b) => (a.name < b.name ? -1 : 1))]));
}

type Read = readonly (readonly [TypeName, readonly Listed<unknown>[]])[];

function askFor(types: readonly TypeName[], settings: ReadSettings): Promise<Read> {
  const query = new URLSearchParams({ fleet: settings.fleet }).toString();
  return Promise.all(
    types.map(async (type) => {
      const { resources } = await ask<{ readonly resources: readonly Listed<unknown>[] }>(
        settings.server[0],
        `/debug/xds/${type}?${query}`,
      );
      return [type, resources] as const;
    }),
  );
}

function build(types: readonly TypeName[], events: readonly KubeEvent[], settings: ReadSettings): Read {
  const { current } = buildOnce(events, settings, { defaultCertificate: madeAtStart });
  return types.map((type) => [
    type,
    [...(current?.resources[type].values() ?? [])].map((resource) => {
      const { name, version, sources } = resource;
      return { name, version, sources, resource: resourceMessage(resource) };
    }),
  ]);
}
