import { findResource, type FoundResource } from '../../explain/find-resource.ts';
import type { Ingress } from '../../kube/objects.ts';
import type { Source } from '../../model/source.ts';
import type { Build } from '../../runtime/build.ts';
import type { ControllerSettings } from '../../settings.ts';
import { type Setting, settingsOfConfigMap, settingsOfObject } from './settings-of.ts';

/** All settings that could decide a field of a resource: annotations of the objects that it comes from, and keys of the ConfigMap. */
export function candidatesFor(
  build: Build,
  { resource, sources }: FoundResource,
  path: string,
  settings: Pick<ControllerSettings, 'configmap'>,
): readonly Setting[] {
  const further: Partial<Record<typeof resource.type, () => readonly Source[]>> = {
    listeners: () => behindListener(build, path),
    extensions: () => behindListener(build, path),
    secrets: () => sources.flatMap(({ name }) => ingressesOf(build, (ingress) => isNamedBy(ingress, name))),
  };
  const objects = new Map(
    [...sources, ...(further[resource.type]?.() ?? [])].map((source) => [`${source.kind} ${source.namespace}/${source.name}`, source]),
  );
  return [...[...objects.values()].flatMap((source) => settingsOfObject(build, source)), ...settingsOfConfigMap(build, settings)];
}

/** A filter chain of a host follows from the Ingresses of that host; what all hosts share, from any. */
function behindListener(build: Build, path: string): readonly Source[] {
  const host = /^filter_chains\[([^\]]+\.[^\]]+)\]/.exec(path)?.[1];
  if (host === undefined) return ingressesOf(build, () => true);
  const ofRoutes = build.current && findResource(build.current.resources, `host/${host}`)?.sources;
  return [...(ofRoutes ?? []), ...ingressesOf(build, ({ spec }) => spec.rules.some((rule) => rule.host?.toLowerCase() === host))];
}

/** Whether an annotation names a Secret, with or without its namespace. */
function isNamedBy({ metadata }: Ingress, secret: string): boolean {
  return Object.values(metadata.annotations).some((value) => value.trim() === secret || value.trim().endsWith(`/${secret}`));
}

function ingressesOf(build: Build, isMeant: (ingress: Ingress) => boolean): readonly Source[] {
  const { Ingress: table } = build.world.objects;
  return [...table.keys()].flatMap((key) => {
    const ingress = table.get(key);
    if (ingress === undefined || !isMeant(ingress)) return [];
    const { namespace, name } = ingress.metadata;
    return [{ kind: 'Ingress', namespace, name, field: '' }];
  });
}
