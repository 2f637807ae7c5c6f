import { printFallback } from '../../ingress/annotations/field.ts';
import { known } from '../../ingress/annotations/read.ts';
import { nearest } from '../../model/nearest.ts';
import { knownKeys } from '../../ingress/config/read-config.ts';
import { printFallback as printSetting } from '../../ingress/config/setting.ts';
import { objectKey } from '../../kube/event.ts';
import type { Ingress } from '../../kube/objects.ts';
import { printSource } from '../../model/source.ts';
import type { Build } from '../../runtime/build.ts';
import type { ControllerSettings } from '../../settings.ts';
import type { Setting } from './settings-of.ts';

type Prefix = Pick<ControllerSettings, 'annotationsPrefix'>;

/** Why a setting may change nothing: sentences, the likeliest reason first. */
export function reasonsFor(setting: Setting, build: Build, { annotationsPrefix }: Prefix): readonly string[] {
  if (setting.source.kind === 'ConfigMap') return reasonsForKey(setting);
  const { source, name, value } = setting;
  if (!name.startsWith(`${annotationsPrefix}/`))
    return [`Naru reads no annotation of this name: its annotations begin with ${annotationsPrefix}/.`];
  const short = name.slice(annotationsPrefix.length + 1);
  const field = known.get(short);
  if (field === undefined) return [`There is no such annotation.${suggestion(short, known.keys())}`];
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

/** What a key of the ConfigMap means where it is absent; undefined for one that there is not. */
export function absentKey(name: string): string | undefined {
  const key = knownKeys.get(name);
  if (key === undefined) return undefined;
  const { support, setting } = key;
  return support.type === 'not read' ? `${support.reason} ${support.fix}` : `${setting.doc} Without it: ${printSetting(setting)}.`;
}

/** What an annotation means where it is absent; undefined for one that Naru does not know. */
export function absent(name: string): string | undefined {
  const field = known.get(name);
  if (field === undefined) return undefined;
  const fallback = printFallback(field);
  return `${field.doc} Without it: ${fallback ?? 'nothing of the kind'}.`;
}

function reasonsForKey({ name, value }: Setting): readonly string[] {
  const key = knownKeys.get(name);
  if (key === undefined) return [`There is no such key.${suggestion(name, knownKeys.keys())}`];
  const { support, setting } = key;
  if (support.type === 'not read') return [support.reason, support.fix];
  return [
    ...(printSetting(setting) === value.trim() ? [`It says what holds without it: ${value.trim()}.`] : []),
    ...(support.type === 'annotation' ? asDefault(support.annotation) : []),
    ...(support.type === 'differs' ? [support.note] : []),
  ];
}

/** What holds where an annotation is absent does no more than that annotation would. */
function asDefault(name: string): readonly string[] {
  const field = known.get(name);
  if (field?.support.level === 'reported') return [field.support.instead];
  if (field?.inert === true && field.support.level === 'differs') return [field.support.how];
  return [`It is what holds where the annotation ${name} is absent.`];
}

function suggestion(written: string, names: Iterable<string>): string {
  const near = nearest(written, names);
  return near === undefined ? '' : ` ${near} is near.`;
}
