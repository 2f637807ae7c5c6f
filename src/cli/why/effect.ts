import { type DescribedChange, describeChange } from '../../debug/describe-changes.ts';
import type { Problem } from '../../model/problem.ts';
import { printSource } from '../../model/source.ts';
import type { Build } from '../../runtime/build.ts';
import type { ControllerSettings } from '../../settings.ts';
import { reasonsFor } from './reasons.ts';
import { type Setting, without } from './settings-of.ts';

/** What a setting changes, compared with being without it; if nothing, why. */
export interface Effect {
  readonly changes: readonly DescribedChange[];
  readonly problems: readonly Problem[];
  readonly reasons: readonly string[];
}

export function effectOf(build: Build, setting: Setting, settings: Pick<ControllerSettings, 'annotationsPrefix'>): Effect {
  const changes = without(build, [setting], ({ snapshot }) => (snapshot?.changes ?? []).map((change) => backwards(describeChange(change))));
  const problems = build.problems().filter(({ source }) => printSource(source) === printSource(setting.source));
  return { changes, problems, reasons: changes.length > 0 ? [] : reasonsFor(setting, build, settings) };
}

/** What was seen is what happens without the setting; what is told is what happens with it. */
function backwards({ verb, fields, ...change }: DescribedChange): DescribedChange {
  const opposite = { added: 'removed', removed: 'added', changed: 'changed' } as const;
  return {
    ...change,
    verb: opposite[verb],
    fields: fields.map(({ path, ...values }) => ({
      path,
      ...('after' in values ? { before: values.after } : {}),
      ...('before' in values ? { after: values.before } : {}),
    })),
  };
}
