import { differences } from '../../debug/differences.ts';
import { known } from '../../ingress/annotations/read.ts';
import { knownKeys } from '../../ingress/config/read-config.ts';
import type { Source } from '../../model/source.ts';
import type { Build, Pass } from '../../runtime/build.ts';
import type { ControllerSettings } from '../../settings.ts';
import { type Setting, settingsOfConfigMap, settingsOfObject, withAnnotation } from './settings-of.ts';

/** A key of the ConfigMap that says what holds where an annotation is absent. */
export interface DefaultKey {
  readonly name: string;
  /** Absent: it is not set. */
  readonly value?: string;
}

/** An annotation that could decide a field, and does not. */
export interface Possible {
  readonly name: string;
  /** It is there, and says what holds without it. */
  readonly said?: Setting;
  readonly key?: DefaultKey;
}

type Settings = Pick<ControllerSettings, 'annotationsPrefix' | 'configmap'>;

/**
 * What could decide a field that is a default: annotations with which, on an Ingress that the field comes from and with the value that
 * stands for an example in their rows, it would be there and be otherwise.
 */
export function possibleFor(
  build: Build,
  sources: readonly Source[],
  { value, now }: { readonly value: unknown; readonly now: (pass: Pass) => unknown },
  settings: Settings,
): readonly Possible[] {
  const of = sources.find(({ kind }) => kind === 'Ingress');
  if (of === undefined) return [];
  return [...known].flatMap(([name, { support, inert, example }]) => {
    if (support.level === 'reported' || inert === true) return [];
    const full = `${settings.annotationsPrefix}/${name}`;
    const then = withAnnotation(build, of, [full, example], now);
    if (then === undefined || differences(value, then).length === 0) return [];
    const said = settingsOfObject(build, of).find((setting) => setting.name === full);
    const key = defaultKeyOf(build, name, settings);
    return [{ name, ...(said && { said }), ...(key && { key }) }];
  });
}

/** The key of the ConfigMap with the default of an annotation. */
export function defaultKeyOf(build: Build, annotation: string, settings: Pick<Settings, 'configmap'>): DefaultKey | undefined {
  const support = knownKeys.get(annotation)?.support;
  if (support?.type !== 'annotation' || support.annotation !== annotation) return undefined;
  const set = settingsOfConfigMap(build, settings).find(({ name }) => name === annotation);
  return { name: annotation, ...(set && { value: set.value }) };
}

/** The name of an annotation without its prefix. */
export function shortName(name: string): string {
  return name.slice(name.indexOf('/') + 1);
}
