import { parseArgs } from 'node:util';

/** What every benchmark is told on its command line. */
export interface Arguments {
  /** The sizes that `docs/performance.md` quotes, instead of small ones. */
  readonly full: boolean;
  /** Where to write the results besides printing them. */
  readonly json: string | undefined;
  /** Also name the functions that take the time. Costs some time itself. */
  readonly profile: boolean;
}

export function readArguments(): Arguments {
  const { values } = parseArgs({
    options: { full: { type: 'boolean', default: false }, json: { type: 'string' }, profile: { type: 'boolean', default: false } },
  });
  return { full: values.full, json: values.json, profile: values.profile };
}
