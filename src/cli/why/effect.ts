import { type DescribedChange, describeChange } from '../../debug/describe-changes.ts';
import type { Problem } from '../../model/problem.ts';
import { printSource } from '../../model/source.ts';
import type { Build } from '../../runtime/build.ts';
import type { ControllerSettings } from '../../settings.ts';
import type { Change } from '../../snapshot/snapshot.ts';
import { reasonsFor } from './reasons.ts';
import { type Setting, without } from './settings-of.ts';

/** What a setting changes, compared with being without it; if nothing, why. */
export interface Effect {
  readonly changes: readonly DescribedChange[];
  readonly problems: readonly Problem[];
  readonly reasons: readonly string[];
}

export function effectOf(build: Build, setting: Setting, settings: Pick<ControllerSettings, 'annotationsPrefix'>): Effect {
  const changes = without(build, [setting], ({ snapshot }) =>
    paired(snapshot?.changes ?? []).map((change) => backwards(describeChange(change))),
  );
  const problems = build.problems().filter(({ source }) => printSource(source) === printSource(setting.source));
  return { changes, problems, reasons: changes.length > 0 ? [] : reasonsFor(setting, build, settings) };
}

/**
 * The name of a cluster has a digest of what is said of it: one that takes the place of another of the same Service is that one, changed. Of
 * its endpoints nothing but the name is another then.
 */
function paired(changes: readonly Change[]): readonly Change[] {
  const named = changes.filter(({ type }) => type === 'clusters' || type === 'endpoints');
  const [gone, come] = [named.filter(({ after }) => after === undefined), named.filter(({ before }) => before === undefined)];
  const pairs = gone.flatMap((old) => {
    const isSame = ({ type, name }: Change): boolean => type === old.type && serviceIn(name) === serviceIn(old.name);
    const [instead, ...others] = come.filter(isSame);
    return instead === undefined || others.length > 0 || gone.filter(isSame).length > 1 ? [] : [{ old, instead }];
  });
  const inPairs = new Set(pairs.flatMap(({ old, instead }) => [old, instead]));
  const asOne = pairs.flatMap(({ old, instead }) => (old.type === 'clusters' ? [{ ...instead, name: old.name, before: old.before }] : []));
  return [...changes.filter((change) => !inPairs.has(change)), ...asOne] as readonly Change[];
}

function serviceIn(name: string): string {
  return name.split('~')[0] ?? name;
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
