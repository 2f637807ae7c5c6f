import { differences, valueAt } from '../../debug/differences.ts';
import { resourceMessage } from '../../debug/resource-messages.ts';
import { findResource, type FoundResource } from '../../explain/find-resource.ts';
import type { Source } from '../../model/source.ts';
import type { Build, Pass } from '../../runtime/build.ts';
import type { ControllerSettings } from '../../settings.ts';
import type { Resource, TypeName } from '../../snapshot/resource.ts';
import { candidatesFor } from './candidates.ts';
import { decisiveAmong } from './decisive.ts';
import { type DefaultKey, defaultKeyOf, type Possible, possibleFor, shortName } from './possible.ts';
import { type Setting, without } from './settings-of.ts';

/** A setting that decides a field. */
export interface Cause {
  readonly setting: Setting;
  /** The value that the field would have without it. */
  readonly without?: unknown;
  /** The key of the ConfigMap that would have a say if the annotation were not there. */
  readonly over?: DefaultKey;
}

/** Where a field of Envoy's comes from. */
export interface Origin {
  /** Absent: it is not set. */
  readonly value?: unknown;
  readonly causes: readonly Cause[];
  /** Each of them alone would make it so: `without` is the value without all of them. */
  readonly eachAlone: boolean;
  /** Of a default: what could decide it. */
  readonly possible: readonly Possible[];
  /** The objects that the resource comes from. */
  readonly sources: readonly Source[];
}

/** The names of these follow from what is said of them: another one takes the place of one that changes. */
const namedByContent: ReadonlySet<TypeName> = new Set(['clusters', 'extensions']);

/**
 * Of a field such as `cluster/shop/api/80` has, by trying each setting that could decide it. Without a field: of the resource as a whole.
 * Undefined where there is no such resource.
 */
export function originOf(
  build: Build,
  reference: string,
  field: string | undefined,
  settings: Pick<ControllerSettings, 'annotationsPrefix' | 'configmap'>,
): Origin | undefined {
  const found = findNow(build, reference);
  if (found === undefined) return undefined;
  const path = [found.path, field].filter((part) => part !== undefined && part !== '').join('.');
  const valueIn = (resource: Resource): unknown => valueAt(resourceMessage(resource), path);
  const valueNow = (): unknown => {
    const again = findNow(build, reference);
    return again && valueIn(again.resource);
  };
  const value = valueNow();
  const now = ({ snapshot }: Pass): unknown => {
    const instead = snapshot?.changes.find(
      ({ type, before, after }) => type === found.resource.type && before === undefined && after !== undefined,
    );
    return namedByContent.has(found.resource.type) && instead?.after !== undefined ? valueIn(instead.after) : valueNow();
  };
  const tried = new Map<Setting, unknown>();
  const valueWithout = (those: readonly Setting[]): unknown => {
    const [one] = those;
    if (one === undefined || those.length > 1) return without(build, those, valueNow);
    if (!tried.has(one)) tried.set(one, without(build, those, valueNow));
    return tried.get(one);
  };
  const candidates = candidatesFor(build, found, path, settings);
  const decisive = decisiveAmong(candidates, (those) => differences(valueWithout(those), value).length > 0);
  const { settings: deciding, eachAlone } = decisive;
  const causes = deciding.map((setting): Cause => {
    const over = setting.source.kind === 'ConfigMap' ? undefined : defaultKeyOf(build, shortName(setting.name), settings);
    return { setting, without: valueWithout(eachAlone ? deciding : [setting]), ...(over && { over }) };
  });
  const possible = causes.length > 0 || field === undefined ? [] : possibleFor(build, found.sources, { value, now }, settings);
  return { value, causes, eachAlone, possible, sources: found.sources };
}

function findNow({ current }: Build, reference: string): FoundResource | undefined {
  return current && findResource(current.resources, reference);
}
