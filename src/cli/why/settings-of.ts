import type { KubeObject, Kind } from '../../kube/objects.ts';
import { isKind, kindNames } from '../../kube/kinds.ts';
import { objectKey } from '../../kube/event.ts';
import type { Source } from '../../model/source.ts';
import type { Build, Pass } from '../../runtime/build.ts';
import type { ControllerSettings } from '../../settings.ts';

/** An annotation of an object, or a key of the controller's ConfigMap: something that could as well not be there. */
export interface Setting {
  readonly source: Source;
  readonly name: string;
  readonly value: string;
}

/** The setting that a command line means, as in `ingress/shop/web proxy-read-timeout` or `configmap hsts`; undefined if it means none. */
export function settingOf(
  build: Build,
  reference: string,
  name: string | undefined,
  settings: Pick<ControllerSettings, 'annotationsPrefix' | 'configmap'>,
): Setting | undefined {
  if (name === undefined) return undefined;
  const full = reference === 'configmap' || name.includes('/') ? name : `${settings.annotationsPrefix}/${name}`;
  return settingsOfReference(build, reference, settings)?.find((one) => one.name === full);
}

/** All settings of what `ingress/shop/web`, or `configmap`, means; undefined where it is no object that was read. */
export function settingsOfReference(
  build: Build,
  reference: string,
  settings: Pick<ControllerSettings, 'configmap'>,
): readonly Setting[] | undefined {
  const [word = '', ...rest] = reference.split('/');
  if (reference === 'configmap') return settingsOfConfigMap(build, settings);
  const kind = kindNames.find((one) => one.toLowerCase() === word.toLowerCase());
  if (kind === undefined) return undefined;
  const source = { kind, namespace: rest.length > 1 ? (rest[0] ?? '') : 'default', name: rest.at(-1) ?? '' };
  return find(build, kind, objectKey(source.namespace, source.name)) === undefined ? undefined : settingsOfObject(build, source);
}

/** All that could decide what was made of some objects. */
export function causesOf(build: Build, sources: readonly Source[], settings: Pick<ControllerSettings, 'configmap'>): readonly Setting[] {
  const objects = new Map(sources.map((source) => [`${source.kind} ${source.namespace}/${source.name}`, source]));
  return [...[...objects.values()].flatMap((source) => settingsOfObject(build, source)), ...settingsOfConfigMap(build, settings)];
}

/** What `look` sees while the setting is not there; afterwards all is as it was. */
export function trying<T>(build: Build, { source, name }: Setting, look: (pass: Pass) => T): T {
  const { kind, namespace, name: objectName } = source;
  if (!isKind(kind)) throw new Error(`${kind} is no kind that Naru reads`);
  const key = objectKey(namespace, objectName);
  const object = build.world.objects[kind].get(key);
  if (object === undefined) throw new Error(`${kind} ${key} is gone`);
  const pass = build.apply([{ type: 'upsert', kind, key, object: withoutSetting(object, name) }]);
  try {
    return look(pass);
  } finally {
    build.apply([{ type: 'upsert', kind, key, object }]);
  }
}

function withoutSetting(object: KubeObject, name: string): KubeObject {
  const without = (map: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(map).filter(([key]) => key !== name));
  const metadata = { ...object.metadata, annotations: without(object.metadata.annotations) };
  return { ...object, metadata, ...('data' in object && object.kind === 'ConfigMap' ? { data: without(object.data) } : {}) } as KubeObject;
}

function settingsOfObject(build: Build, { kind, namespace, name }: Source): readonly Setting[] {
  const object = isKind(kind) ? find(build, kind, objectKey(namespace, name)) : undefined;
  return Object.entries(object?.metadata.annotations ?? {}).map(([key, value]) => ({
    source: { kind, namespace, name, field: `metadata.annotations[${JSON.stringify(key)}]` },
    name: key,
    value,
  }));
}

function settingsOfConfigMap(build: Build, { configmap }: Pick<ControllerSettings, 'configmap'>): readonly Setting[] {
  const object = configmap === undefined ? undefined : build.world.objects.ConfigMap.get(configmap);
  if (object === undefined) return [];
  const { namespace, name } = object.metadata;
  return Object.entries(object.data).map(([key, value]) => ({
    source: { kind: 'ConfigMap', namespace, name, field: `data[${JSON.stringify(key)}]` },
    name: key,
    value,
  }));
}

function find(build: Build, kind: Kind, key: string): KubeObject | undefined {
  return build.world.objects[kind].get(key);
}
