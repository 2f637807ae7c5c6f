import { differences, valueAt } from '../../debug/differences.ts';
import { resourceMessage } from '../../debug/resource-messages.ts';
import { findResource, type FoundResource } from '../../explain/find-resource.ts';
import type { Source } from '../../model/source.ts';
import type { Build } from '../../runtime/build.ts';
import type { ControllerSettings } from '../../settings.ts';
import { candidatesFor } from './candidates.ts';
import { decisiveAmong } from './decisive.ts';
import { type Setting, without } from './settings-of.ts';

/** Where a field of Envoy's comes from. */
export interface Origin {
  /** Absent: it is not set. */
  readonly value?: unknown;
  /** The settings that decide it, each with the value that the field would have without it. */
  readonly causes: readonly { readonly setting: Setting; readonly without?: unknown }[];
  /** Each of them alone would make it so: `without` is the value without all of them. */
  readonly eachAlone: boolean;
  /** The objects that the resource comes from. */
  readonly sources: readonly Source[];
}

/**
 * Of a field such as `cluster/shop/api/80` has, by trying each setting that could decide it. Without a field: of the resource as a whole.
 * Undefined where there is no such resource.
 */
export function originOf(
  build: Build,
  reference: string,
  field: string | undefined,
  settings: Pick<ControllerSettings, 'configmap'>,
): Origin | undefined {
  const found = findNow(build, reference);
  if (found === undefined) return undefined;
  const path = [found.path, field].filter((part) => part !== undefined && part !== '').join('.');
  const value = valueAt(resourceMessage(found.resource), path);
  const valueWithout = (those: readonly Setting[]): unknown =>
    without(build, those, () => {
      const again = findNow(build, reference);
      return again === undefined ? undefined : valueAt(resourceMessage(again.resource), path);
    });
  const candidates = candidatesFor(build, found, path, settings);
  const decisive = decisiveAmong(candidates, (those) => differences(valueWithout(those), value).length > 0);
  const { settings: deciding, eachAlone } = decisive;
  const causes = deciding.map((setting) => ({ setting, without: valueWithout(eachAlone ? deciding : [setting]) }));
  return { value, causes, eachAlone, sources: found.sources };
}

function findNow({ current }: Build, reference: string): FoundResource | undefined {
  return current && findResource(current.resources, reference);
}
