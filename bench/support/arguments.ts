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
  /** What hosts are written as, where a benchmark can do with either. */
  readonly routes: 'Ingress' | 'HTTPRoute';
}

export function readArguments(): Arguments {
  const { values } = parseArgs({
    options: {
      full: { type: 'boolean', default: false },
      json: { type: 'string' },
      hosts: { type: 'string' },
      profile: { type: 'boolean', default: false },
      routes: { type: 'string', default: 'Ingress' },
    },
  });
  const { full, json, hosts, profile, routes } = values;
  if (routes !== 'Ingress' && routes !== 'HTTPRoute') throw new Error(`--routes ${routes} is neither Ingress nor HTTPRoute`);
  return { full, json, hosts: hosts === undefined ? undefined : Number(hosts), profile, routes };
}
