import { printFieldPath } from '../../kube/field-path.ts';
import type { ConfigMap } from '../../kube/objects.ts';
import { problem, type Problem } from '../../model/problem.ts';
import { byDefault, type Source } from '../../model/source.ts';
import type { Key } from '../../store/table.ts';
import { printFallback } from './setting.ts';
import { sourceOf } from '../source-of.ts';
import type { ConfigKey } from './concern.ts';
import { concerns, type ControllerConfig } from './index.ts';
import { nearest } from '../../model/nearest.ts';

export interface ConfigRow {
  readonly config: ControllerConfig;
  readonly problems: readonly Problem[];
}

/** Every key with its row. */
export const knownKeys: ReadonlyMap<string, ConfigKey<unknown>> = new Map(
  Object.values(concerns).flatMap(({ keys }): [string, ConfigKey<unknown>][] => Object.entries(keys)),
);

/**
 * Reads the controller's ConfigMap. A value that cannot be read is reported and its default acts, as in ingress-nginx
 * (ReadConfig in its internal/ingress/controller/template/configmap.go); so is every key that has no effect.
 *
 * `isRead` tells whether an annotation is read, for keys that are the default of one.
 */
export function readConfig(key: Key, map: ConfigMap | undefined, isRead: (annotation: string) => boolean): ConfigRow {
  if (map === undefined) return { config: configOf({}, () => {}), problems: [missing(key)] };
  const problems: Problem[] = [];
  const config = configOf(map.data, (name, message, { setting }) => {
    const done = `The key was left out, which means "${printFallback(setting)}".`;
    problems.push(
      problem('NR802', keySource(map, name), {
        message: `${name}: ${message}.`,
        done,
        fix: `Write a value of type ${setting.grammar.type}: ${setting.doc}`,
      }),
    );
  });
  for (const name of Object.keys(map.data).sort()) {
    const known = knownKeys.get(name);
    const complaint = known === undefined ? unknown(map, name) : withoutEffect(map, name, known, isRead);
    if (complaint !== undefined) problems.push(complaint);
  }
  return { config, problems };
}

/** What holds without a ConfigMap. */
export const defaultConfig: ControllerConfig = configOf({}, () => {});

function configOf(
  data: Readonly<Record<string, string>>,
  onWrong: (name: string, message: string, key: ConfigKey<unknown>) => void,
): ControllerConfig {
  const valueOf = (name: string, key: ConfigKey<unknown>): unknown => {
    const text = Object.hasOwn(data, name) ? data[name] : undefined;
    // What has no effect is not complained of twice.
    if (text === undefined || key.support.type === 'not read') return key.setting.fallback;
    const parsed = text.isWellFormed() ? key.setting.grammar.parse(text.trim()) : notText;
    if (parsed.ok) return parsed.value;
    onWrong(name, parsed.message, key);
    return key.setting.fallback;
  };
  const sections = Object.entries(concerns).map(([concern, { keys }]) => [
    concern,
    Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, valueOf(name, key)])),
  ]);
  return Object.fromEntries(sections) as ControllerConfig;
}

const notText = { ok: false, message: 'the value has half a character in it' } as const;

/** The keys that say something of listeners. */
export function edgeSources(map: ConfigMap | undefined): readonly Source[] {
  const names = Object.keys(map?.data ?? {}).filter((name) => knownKeys.get(name)?.drains === true);
  return map === undefined || names.length === 0 ? [byDefault] : names.sort().map((name) => keySource(map, name));
}

function keySource(map: ConfigMap, name: string) {
  return sourceOf(map, printFieldPath(['data', name]));
}

function missing(key: Key): Problem {
  const slash = key.indexOf('/');
  const source = { kind: 'ConfigMap', namespace: key.slice(0, Math.max(slash, 0)), name: key.slice(slash + 1) };
  return problem('NR801', source, {
    message: `There is no ConfigMap ${key}.`,
    done: 'Every setting has its default.',
    fix: 'Create it, or leave --configmap out.',
  });
}

function unknown(map: ConfigMap, name: string): Problem {
  const guess = nearest(name, knownKeys.keys());
  return problem('NR803', keySource(map, name), {
    message: `There is no key "${name}".`,
    done: 'The key was left out.',
    fix: guess === undefined ? 'Remove it; docs/configmap.md lists the keys.' : `Did you mean "${guess}"?`,
  });
}

function withoutEffect(
  map: ConfigMap,
  name: string,
  { support }: ConfigKey<unknown>,
  isRead: (annotation: string) => boolean,
): Problem | undefined {
  const source = keySource(map, name);
  const done = 'The key has no effect.';
  if (support.type === 'annotation' && !isRead(support.annotation)) {
    const message = `${name} is the default of the annotation ${support.annotation}, which Naru does not read yet.`;
    return problem('NR804', source, { message, done, fix: 'Remove the key, or keep it for later.' });
  }
  if (support.type !== 'not read') return undefined;
  const { reason, fix, protects } = support;
  return problem(protects ? 'NR805' : 'NR804', source, { message: `${name} is not read: ${decapitalised(reason)}`, done, fix });
}

/** For the middle of a sentence; names keep their capital. */
function decapitalised(sentence: string): string {
  return /^(?:Envoy|Naru)\b/.test(sentence) ? sentence : sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
