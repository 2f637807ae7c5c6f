import { isOwn, listCertificates } from '../../explain/inventory/certificates.ts';
import type { Problem } from '../../model/problem.ts';
import { readResources, type ReadSettings } from '../get/read-resources.ts';
import { readProblems } from '../lists/problems.ts';
import { printAge } from '../lists/duration.ts';
import { readProxies } from '../lists/proxies.ts';
import type { ShownSnapshot } from '../lists/snapshots.ts';
import { askAll } from '../live/ask.ts';
import type { Replica } from '../live/replica.ts';
import { UnreachableError } from '../live/unreachable-error.ts';
import { printCount } from '../print/count.ts';
import { fail, type Finding, ok, type Section, warn } from './finding.ts';

interface ShownFleet {
  readonly name: string;
  readonly version: number;
  readonly resources?: Readonly<Record<string, readonly { readonly name: string; readonly version: string }[]>>;
  readonly history: readonly ShownSnapshot[];
}

interface Said {
  readonly replica: Replica;
  readonly fleets: readonly ShownFleet[];
}

const dayMs = 86_400_000;
const soonDays = 14;

/** What all replicas of a running Naru say of themselves, their Envoys, and the objects. */
export async function checkLive(settings: ReadSettings): Promise<readonly Section[]> {
  try {
    const answers = await askAll<{ readonly fleets: readonly ShownFleet[] }>(settings, '/debug/snapshots');
    const said = answers.map(({ replica, body }) => ({ replica, fleets: body.fleets }));
    return [
      { title: 'control plane', findings: [...together(said), ...said.flatMap(snapshotsOf)] },
      { title: 'fleet', findings: await envoys(said, settings) },
      { title: 'data', findings: await data(settings) },
    ];
  } catch (error) {
    if (!(error instanceof UnreachableError)) throw error;
    return [{ title: 'control plane', findings: [fail(error.message)] }];
  }
}

function together(said: readonly Said[]): readonly Finding[] {
  if (said.length < 2) return [];
  const leader = said.find(({ replica }) => replica.leader === true)?.replica.name;
  const same = new Set(said.map(({ fleets }) => JSON.stringify(fleets.map(contentsOf)))).size === 1;
  const text = `${said.length} replicas, ${leader === undefined ? 'none of which leads' : `leader ${leader}`}`;
  if (leader === undefined) return [warn(text, 'kubectl -n naru-system get lease naru-leader')];
  return [
    same ? ok(`${text}, which serve the same`) : warn(`${text}, which do not serve the same: one may have read more`, 'naru snapshots'),
  ];
}

/** Of the default certificate each replica may have made its own. */
function contentsOf({ name, resources = {} }: ShownFleet): readonly unknown[] {
  return [name, Object.entries(resources).map(([type, list]) => [type, list.filter((one) => type !== 'secrets' || !isOwn(one.name))])];
}

function snapshotsOf({ replica, fleets }: Said): readonly Finding[] {
  return fleets.map(({ name, version, history }) => {
    const [newest] = history;
    const naru = `Naru at ${replica.name}`;
    if (version === 0) return fail(`${naru} has no snapshot for fleet ${name}: not everything was read`, 'curl .../readyz?verbose');
    const age = newest === undefined ? '' : `, ${printAge(newest.time, Date.now())} old`;
    return ok(`${naru} has v${version} of fleet ${name}${age}`);
  });
}

async function envoys(said: readonly Said[], settings: ReadSettings): Promise<readonly Finding[]> {
  const proxies = await readProxies(settings);
  if (proxies.length === 0) return [fail('No Envoy is connected', 'look at the log of an Envoy for its xDS connection')];
  const newest = new Map(said.flatMap(({ replica, fleets }) => fleets.map(({ name, version }) => [`${replica.name} ${name}`, version])));
  return proxies.map(({ id, replica, fleet, acceptedVersion, types }) => {
    const refused = Object.entries(types).find(([, type]) => type.refused !== null);
    if (refused !== undefined) return fail(`${id} refuses ${refused[0]}: ${refused[1].refused?.message}`, 'naru proxies');
    const wanted = newest.get(`${replica} ${fleet}`) ?? 0;
    return acceptedVersion < wanted
      ? warn(`${id} runs v${acceptedVersion} and not v${wanted}`, 'naru proxies')
      : ok(`${id} runs v${wanted}`);
  });
}

async function data(settings: ReadSettings): Promise<readonly Finding[]> {
  const problems = await readProblems(settings);
  const count = (severity: Problem['severity']): number => problems.filter((one) => one.severity === severity).length;
  const text = `${printCount(count('error'), 'error')} and ${printCount(count('warning'), 'warning')} about objects`;
  const about = count('error') > 0 ? fail(text, 'naru status') : count('warning') > 0 ? warn(text, 'naru status') : ok(text);
  const certificates = listCertificates((await readResources(['secrets', 'listeners'], settings)).resources);
  const ending = certificates.flatMap(({ name, notAfter }): readonly Finding[] => {
    const days = notAfter === null ? Infinity : Math.floor((Date.parse(notAfter) - Date.now()) / dayMs);
    if (days < 0) return [fail(`Certificate ${name} has expired`, 'naru get certs')];
    return days < soonDays ? [warn(`Certificate ${name} expires in ${days} days`, 'naru get certs')] : [];
  });
  return [
    about,
    ...(ending.length > 0
      ? ending
      : [ok(`${printCount(certificates.length, 'certificate')}, none of which expires within ${soonDays} days`)]),
  ];
}
