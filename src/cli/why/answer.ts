import type { Build } from '../../runtime/build.ts';
import type { ControllerSettings } from '../../settings.ts';
import { type Effect, effectOf } from './effect.ts';
import { type Origin, originOf } from './origin.ts';
import { absent, absentKey } from './reasons.ts';
import { type Setting, settingOf, settingsOfReference } from './settings-of.ts';

export type WhyOptions = Pick<ControllerSettings, 'annotationsPrefix' | 'configmap'>;

export interface SettingEffect extends Effect {
  readonly setting: Setting;
}

/** What is to be said of a field of Envoy's, or of a setting. */
export type WhyAnswer =
  /** What one setting does. */
  | { readonly about: 'setting'; readonly answer: SettingEffect }
  /** What each setting of an object does. */
  | { readonly about: 'settings'; readonly answer: readonly SettingEffect[] }
  /** Where a field comes from. */
  | { readonly about: 'field'; readonly answer: Origin }
  /** An annotation that the object has not: what that means. */
  | { readonly about: 'absent'; readonly answer: string }
  /** There is no such thing. */
  | { readonly about: 'nothing'; readonly answer: string };

/** Tries what would be otherwise without settings: the build is afterwards as it was, but for the numbers of its snapshots. */
export function answerWhy(build: Build, reference: string, field: string | undefined, options: WhyOptions): WhyAnswer {
  const setting = settingOf(build, reference, field, options);
  if (setting !== undefined) return { about: 'setting', answer: { setting, ...effectOf(build, setting, options) } };
  const all = settingsOfReference(build, reference, options);
  if (all !== undefined && field === undefined)
    return { about: 'settings', answer: all.map((one) => ({ setting: one, ...effectOf(build, one, options) })) };
  const what = reference === 'configmap' ? 'key' : 'annotation';
  const meaning = all === undefined || field === undefined ? undefined : meaningOf(what, field);
  if (meaning !== undefined) return { about: 'absent', answer: `${reference} has no ${what} ${field}. ${meaning}` };
  // A Secret is called as what Envoys get of it.
  const origin = originOf(build, reference, field, options);
  if (origin !== undefined) return { about: 'field', answer: origin };
  if (all === undefined) return { about: 'nothing', answer: unknown(reference) };
  return { about: 'nothing', answer: `${reference} has no ${what} ${field}, and Naru knows none of this name.` };
}

function meaningOf(what: 'key' | 'annotation', name: string): string | undefined {
  return what === 'key' ? absentKey(name) : absent(name.slice(name.indexOf('/') + 1));
}

function unknown(reference: string): string {
  return `There is no ${reference}. Write it as in cluster/shop/api/80, host/shop.example.com, or ingress/shop/web with an annotation.`;
}
