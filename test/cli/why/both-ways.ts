import { originOf } from '../../../src/cli/why/origin.ts';
import type { Setting } from '../../../src/cli/why/settings-of.ts';
import type { DescribedChange } from '../../../src/debug/describe-changes.ts';
import { printSource } from '../../../src/model/source.ts';
import type { Build } from '../../../src/runtime/build.ts';
import type { TypeName } from '../../../src/snapshot/resource.ts';
import { whySettings } from './world.ts';

const words: Readonly<Record<TypeName, string>> = {
  ...{
    clusters: 'cluster',
    endpoints: 'endpoints',
    listeners: 'listener',
    routes: 'routes',
    scopes: 'scope',
    secrets: 'secret',
    extensions: 'extension',
  },
};

/**
 * What a setting changes and `naru why` does not say of that it comes from it, as a user would ask: of each resource the first and the last
 * field. What the setting takes away cannot be asked for.
 */
export function fieldsNotTracedTo(setting: Setting, changes: readonly DescribedChange[], build: Build): readonly string[] {
  return changes.flatMap(({ type, name, verb, fields }) => {
    if (verb === 'removed') return [];
    const reference = `${words[type]}/${name}`;
    const asked = verb === 'added' ? [undefined] : [fields[0]?.path, fields.at(-1)?.path];
    return asked.flatMap((field) => {
      const causes = originOf(build, reference, field, whySettings)?.causes ?? [];
      return causes.some((cause) => printSource(cause.setting.source) === printSource(setting.source)) ? [] : [`${reference} ${field}`];
    });
  });
}
