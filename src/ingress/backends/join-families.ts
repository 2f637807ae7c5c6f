import type { Candidate } from './endpoints.ts';

/**
 * One endpoint for each pod of a Service of both IP families: its address in the preferred family, and the other one for
 * proxies that do not get there. Two endpoints would give such a pod two shares, and proxies without IPv6 half of their
 * requests in vain.
 */
export function joinFamilies(found: readonly Candidate[], preferred: string): readonly Candidate[] {
  const pods = new Map<string, { first: Candidate[]; second: Candidate[] }>();
  const others: Candidate[] = [];
  for (const candidate of found) {
    const { pod, address } = candidate;
    if (pod === undefined) {
      others.push(candidate);
      continue;
    }
    const entry = pods.get(pod) ?? { first: [], second: [] };
    pods.set(pod, entry);
    (address.includes(':') === (preferred === 'IPv6') ? entry.first : entry.second).push(candidate);
  }
  const joined = [...pods.values()].flatMap(({ first, second }) => {
    const seconds = [...second].sort(byAddress);
    const firsts = [...first].sort(byAddress).map((candidate, index) => withSecond(candidate, seconds[index]));
    return [...firsts, ...seconds.slice(firsts.length)];
  });
  return [...joined, ...others];
}

function withSecond(candidate: Candidate, second: Candidate | undefined): Candidate {
  return second === undefined ? candidate : { ...candidate, also: { address: second.address, port: second.port } };
}

function byAddress(a: Candidate, b: Candidate): number {
  return a.address < b.address ? -1 : 1;
}
