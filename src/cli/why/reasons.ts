import { type Field, printFallback } from '../../ingress/annotations/field.ts';
import type { Family } from '../../ingress/annotations/family.ts';
import { families } from '../../ingress/annotations/index.ts';
import { nearest } from '../../model/nearest.ts';
import type { Concern, ConfigKey, Keys } from '../../ingress/config/concern.ts';
import { concerns } from '../../ingress/config/index.ts';
import { printFallback as printSetting } from '../../ingress/config/setting.ts';
import { objectKey } from '../../kube/event.ts';
import type { Ingress } from '../../kube/objects.ts';
import { printSource } from '../../model/source.ts';
import type { Build } from '../../runtime/build.ts';
import type { ControllerSettings } from '../../settings.ts';
import type { Setting } from './settings-of.ts';

type Prefix = Pick<ControllerSettings, 'annotationsPrefix'>;

const annotations: ReadonlyMap<string, Field<unknown>> = new Map(
  Object.values<Family<unknown>>(families).flatMap(({ fields }) =>
    Object.entries(fields).flatMap(([name, field]) => [name, ...(field.aliases ?? [])].map((one) => [one, field] as const)),
  ),
);
const keys: ReadonlyMap<string, ConfigKey<unknown>> = new Map(
  Object.values<Concern<Keys>>(concerns).flatMap((concern) => Object.entries(concern.keys)),
);

/** Why a setting may change nothing: sentences, the likeliest reason first. */
export function reasonsFor(setting: Setting, build: Build, { annotationsPrefix }: Prefix): readonly string[] {
  if (setting.source.kind === 'ConfigMap') return reasonsForKey(setting);
  const { source, name, value } = setting;
  if (!name.startsWith(`${annotationsPrefix}/`))
    return [`Naru reads no annotation of this name: its annotations begin with ${annotationsPrefix}/.`];
  const short = name.slice(annotationsPrefix.length + 1);
  const field = annotations.get(short);
  if (field === undefined) return [`There is no such annotation.${suggestion(short, annotations.keys())}`];
  const key = objectKey(source.namespace, source.name);
  const row = build.model.ingresses.get(key);
  if (source.kind === 'Ingress' && row?.selected !== true)
    return [
      `${printSource({ kind: source.kind, namespace: source.namespace, name: source.name })} is not served: its class is another one's.`,
    ];
  const { support } = field;
  const object = build.world.objects.Ingress.get(key);
  if (object?.metadata.annotations[`${annotationsPrefix}/canary`] === 'true' && !/^(?:canary|affinity-canary-behavior)/.test(short))
    return [
      "It stands on a canary, of which only canary, canary-* and affinity-canary-behavior are read: for the rest its primary's annotations hold.",
    ];
  if (support.level === 'reported') return [support.instead];
  if (source.kind === 'Ingress' && row?.denied === true)
    return ['The paths of this Ingress answer 503, because a protection that it asks for is not to be had: nothing else of it acts.'];
  const { needs } = field;
  if (needs !== undefined && object?.metadata.annotations[`${annotationsPrefix}/${needs}`] === undefined)
    return [`It adds to ${needs}, which is absent here.`];
  const same = printFallback(field) === value.trim() ? [`It says what holds without it: ${value.trim()}.`] : [];
  if (field.inert === true) return [support.level === 'differs' ? support.how : field.doc];
  if (field.scope === 'service' && object !== undefined && !hasBackend(object))
    return ['It is about the Services behind its paths, and there are none.'];
  return same.length > 0
    ? same
    : [
        `${field.doc} Nothing asks for that here: something that it goes with is absent, or decides before it.`,
        ...(support.level === 'differs' ? [support.how] : []),
      ];
}

function hasBackend({ spec }: Ingress): boolean {
  return spec.defaultBackend?.service !== undefined || spec.rules.some(({ paths = [] }) => paths.some(({ backend }) => backend.service));
}

/** What an annotation means where it is absent; undefined for one that Naru does not know. */
export function absent(name: string): string | undefined {
  const field = annotations.get(name);
  if (field === undefined) return undefined;
  const fallback = printFallback(field);
  return `${field.doc} Without it: ${fallback ?? 'nothing of the kind'}.`;
}

function reasonsForKey({ name, value }: Setting): readonly string[] {
  const key = keys.get(name);
  if (key === undefined) return [`There is no such key.${suggestion(name, keys.keys())}`];
  const { support, setting } = key;
  if (support.type === 'not read') return [support.reason, support.fix];
  return [
    ...(printSetting(setting) === value.trim() ? [`It says what holds without it: ${value.trim()}.`] : []),
    ...(support.type === 'annotation' ? [`It is what holds where the annotation ${support.annotation} is absent.`] : []),
    ...(support.type === 'differs' ? [support.note] : []),
  ];
}

function suggestion(written: string, names: Iterable<string>): string {
  const near = nearest(written, names);
  return near === undefined ? '' : ` ${near} is near.`;
}
