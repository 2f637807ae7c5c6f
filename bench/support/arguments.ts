import { parseArgs } from 'node:util';

/** What every benchmark is told on its command line. */
export interface Arguments {
  /** The sizes that `docs/performance.md` quotes, instead of small ones. */
  readonly full: boolean;
  /** Where to write the results besides printing them. */
  readonly json: string | undefined;
  /** One size alone, where a benchmark takes that; undefined: all. */
  readonly hosts: number | undefined;
  /** Also name the functions that take the time. Costs some time itself. */
  readonly profile: boolean;
}

export function readArguments(): Arguments {
  const { values } = parseArgs({
    options: {
      full: { type: 'boolean', default: false },
      json: { type: 'string' },
      hosts: { type: 'string' },
      profile: { type: 'boolean', default: false },
    },
  });
  const { full, json, hosts, profile } = values;
  return { full, json, hosts: hosts === undefined ? undefined : Number(hosts), profile };
}
