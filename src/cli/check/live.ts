import { listCertificates } from '../../explain/inventory/certificates.ts';
import type { Problem } from '../../model/problem.ts';
import { readResources, type ReadSettings } from '../get/read-resources.ts';
import { ask } from '../lists/ask.ts';
import { printAge } from '../lists/duration.ts';
import type { ShownProxy } from '../lists/proxies.ts';
import type { ShownSnapshot } from '../lists/snapshots.ts';
import { UnreachableError } from '../live/unreachable-error.ts';
import { fail, type Finding, ok, type Section, warn } from './finding.ts';

interface ShownFleet {
  readonly name: string;
  readonly version: number;
  readonly history: readonly ShownSnapshot[];
}

const dayMs = 86_400_000;
const soonDays = 14;

/** What a running Naru says of itself, its Envoys, and the objects. */
export async function checkLive(settings: ReadSettings): Promise<readonly Section[]> {
  try {
    const { fleets } = await ask<{ readonly fleets: readonly ShownFleet[] }>(settings, '/debug/snapshots');
    return [
      { title: 'control plane', findings: fleets.map((fleet) => snapshotOf(fleet, settings.server)) },
      { title: 'fleet', findings: await envoys(fleets, settings) },
      { title: 'data', findings: await data(settings) },
    ];
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    return [{ title: 'control plane', findings: [fail(error.message)] }];
  }
}

function snapshotOf({ name, version, history }: ShownFleet, server: string): Finding {
  const [newest] = history;
  if (version === 0) return fail(`Naru at ${server} has no snapshot for fleet ${name}: not everything was read`, 'curl .../readyz?verbose');
  const age = newest === undefined ? '' : `, ${printAge(newest.time, Date.now())} old`;
  return ok(`Naru at ${server} has v${version} of fleet ${name}${age}`);
}

async function envoys(fleets: readonly ShownFleet[], settings: ReadSettings): Promise<readonly Finding[]> {
  const { proxies } = await ask<{ readonly proxies: readonly ShownProxy[] }>(settings, '/debug/proxies');
  if (proxies.length === 0) return [fail('No Envoy is connected', 'look at the log of an Envoy for its xDS connection')];
  const newest = new Map(fleets.map(({ name, version }) => [name, version]));
  return proxies.map(({ id, fleet, acceptedVersion, types }) => {
    const refused = Object.entries(types).find(([, type]) => type.refused !== null);
    if (refused !== undefined) return fail(`${id} refuses ${refused[0]}: ${refused[1].refused?.message}`, 'naru proxies');
    const wanted = newest.get(fleet) ?? 0;
    return acceptedVersion < wanted
      ? warn(`${id} runs v${acceptedVersion} and not v${wanted}`, 'naru proxies')
      : ok(`${id} runs v${wanted}`);
  });
}

async function data(settings: ReadSettings): Promise<readonly Finding[]> {
  const { problems } = await ask<{ readonly problems: readonly Problem[] }>(settings, '/debug/problems');
  const count = (severity: Problem['severity']): number => problems.filter((one) => one.severity === severity).length;
  const text = `${count('error')} errors and ${count('warning')} warnings about objects`;
  const about = count('error') > 0 ? fail(text, 'naru status') : count('warning') > 0 ? warn(text, 'naru status') : ok(text);
  const certificates = listCertificates((await readResources(['secrets', 'listeners'], settings)).resources);
  const ending = certificates.flatMap(({ name, notAfter }): readonly Finding[] => {
    const days = notAfter === null ? Infinity : Math.floor((Date.parse(notAfter) - Date.now()) / dayMs);
    if (days < 0) return [fail(`Certificate ${name} has expired`, 'naru get certs')];
    return days < soonDays ? [warn(`Certificate ${name} expires in ${days} days`, 'naru get certs')] : [];
  });
  return [
    about,
    ...(ending.length > 0 ? ending : [ok(`${certificates.length} certificates, none of which expires within ${soonDays} days`)]),
  ];
}
