import { printFieldPath } from '../../kube/field-path.ts';
import type { ConfigMap } from '../../kube/objects.ts';
import { problem, type Problem } from '../../model/problem.ts';
import type { Source } from '../../model/source.ts';
import type { Key } from '../../store/table.ts';
import { sourceOf } from '../source-of.ts';
import { parseStreamEntry, type StreamEntry, type StreamProtocol } from './stream-entry.ts';

export interface SourcedEntry extends StreamEntry {
  readonly protocol: StreamProtocol;
  readonly source: Source;
}

export interface StreamsReading {
  readonly entries: readonly SourcedEntry[];
  readonly problems: readonly Problem[];
}

/** What a ConfigMap says of ports. `reserved`: those that the controller itself needs. An entry that is wrong harms no other. */
export function readStreams(
  key: Key,
  map: ConfigMap | undefined,
  { protocol, reserved }: { readonly protocol: StreamProtocol; readonly reserved: readonly number[] },
): StreamsReading {
  if (map === undefined) return { entries: [], problems: [missing(key, protocol)] };
  const problems: Problem[] = [];
  const done = 'The port is not opened.';
  const entries = Object.keys(map.data)
    .sort()
    .flatMap((port): SourcedEntry[] => {
      const source = sourceOf(map, printFieldPath(['data', port]));
      const parsed = parseStreamEntry(port, map.data[port] ?? '', protocol);
      const message = !parsed.ok ? parsed.message : isReserved(parsed.value.port) ? `Naru itself needs the port ${port}.` : undefined;
      if (parsed.ok && message === undefined) return [{ ...parsed.value, protocol, source }];
      const fix = parsed.ok ? 'Choose another port.' : 'Write it as 9000: "shop/database:5432".';
      problems.push(problem('NR809', source, { message: message ?? '', done, fix }));
      return [];
    });
  return { entries, problems };

  function isReserved(port: number): boolean {
    return protocol === 'TCP' && reserved.includes(port);
  }
}

function missing(key: Key, protocol: StreamProtocol): Problem {
  const slash = key.indexOf('/');
  const source = { kind: 'ConfigMap', namespace: key.slice(0, slash), name: key.slice(slash + 1) };
  return problem('NR808', source, {
    message: `There is no ConfigMap ${key}.`,
    done: `No port is opened for ${protocol} services.`,
    fix: `Create it, or leave --${protocol.toLowerCase()}-services-configmap out.`,
  });
}
