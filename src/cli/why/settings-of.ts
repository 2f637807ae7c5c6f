import { objectKey, upsertOf } from '../../kube/event.ts';
import { isKind, kindNames } from '../../kube/kinds.ts';
import type { KubeObject } from '../../kube/objects.ts';
import { printSource, type Source } from '../../model/source.ts';
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
  return objectOf(build, source) === undefined ? undefined : settingsOfObject(build, source);
}

/** What `look` sees while these settings are not there; afterwards all is as it was. */
export function without<T>(build: Build, settings: readonly Setting[], look: (pass: Pass) => T): T {
  return instead(build, replacedWithout(build, settings), look);
}

/** What `look` sees while one of these settings is not there, for each; afterwards all is as it was. One pass leads from each to the next. */
export function withoutEach<T>(build: Build, settings: readonly Setting[], look: () => T): readonly (readonly [Setting, T])[] {
  const trials = settings.map((setting) => [setting, replacedWithout(build, [setting])] as const);
  let before: readonly Replaced[] = [];
  const goTo = (next: readonly Replaced[]): void => {
    const back = before.filter(({ object }) => !next.some((one) => one.object === object));
    before = next;
    build.apply([...back.map(({ object }) => upsertOf(object)), ...next.map((one) => upsertOf(one.instead))]);
  };
  try {
    return trials.map(([setting, replaced]) => {
      goTo(replaced);
      return [setting, look()];
    });
  } finally {
    goTo([]);
  }
}

function replacedWithout(build: Build, settings: readonly Setting[]): readonly Replaced[] {
  const objects = new Map<string, { readonly object: KubeObject; readonly names: Set<string> }>();
  for (const { source, name } of settings) {
    const object = objectOf(build, source);
    if (object === undefined) throw new Error(`${printSource(source)} is gone`);
    const id = `${source.kind} ${objectKey(source.namespace, source.name)}`;
    const { names } = objects.get(id) ?? { names: new Set() };
    objects.set(id, { object, names: names.add(name) });
  }
  return [...objects.values()].map(({ object, names }) => ({ object, instead: withoutNames(object, names) }));
}

/** What `look` sees while an object has another annotation, or another value of it; afterwards all is as it was. */
export function withAnnotation<T>(build: Build, of: Source, [name, value]: readonly [string, string], look: (pass: Pass) => T): T {
  const object = objectOf(build, of);
  if (object === undefined) throw new Error(`${printSource(of)} is gone`);
  const { metadata } = object;
  const changed = { ...object, metadata: { ...metadata, annotations: { ...metadata.annotations, [name]: value } } } as KubeObject;
  return instead(build, [{ object, instead: changed }], look);
}

interface Replaced {
  readonly object: KubeObject;
  readonly instead: KubeObject;
}

function instead<T>(build: Build, replaced: readonly Replaced[], look: (pass: Pass) => T): T {
  const pass = build.apply(replaced.map((one) => upsertOf(one.instead)));
  try {
    return look(pass);
  } finally {
    build.apply(replaced.map(({ object }) => upsertOf(object)));
  }
}

function withoutNames(object: KubeObject, names: ReadonlySet<string>): KubeObject {
  const rest = (map: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(map).filter(([key]) => !names.has(key)));
  const metadata = { ...object.metadata, annotations: rest(object.metadata.annotations) };
  return { ...object, metadata, ...(object.kind === 'ConfigMap' ? { data: rest(object.data) } : {}) } as KubeObject;
}

/** Its annotations. */
export function settingsOfObject(build: Build, source: Source): readonly Setting[] {
  const { kind, namespace, name } = source;
  return Object.entries(objectOf(build, source)?.metadata.annotations ?? {}).map(([key, value]) => ({
    source: { kind, namespace, name, field: `metadata.annotations[${JSON.stringify(key)}]` },
    name: key,
    value,
  }));
}

export function settingsOfConfigMap(build: Build, { configmap }: Pick<ControllerSettings, 'configmap'>): readonly Setting[] {
  const object = configmap === undefined ? undefined : build.world.objects.ConfigMap.get(configmap);
  if (object === undefined) return [];
  const { namespace, name } = object.metadata;
  return Object.entries(object.data).map(([key, value]) => ({
    source: { kind: 'ConfigMap', namespace, name, field: `data.${key}` },
    name: key,
    value,
  }));
}

function objectOf(build: Build, { kind, namespace, name }: Source): KubeObject | undefined {
  return isKind(kind) ? build.world.objects[kind].get(objectKey(namespace, name)) : undefined;
}
