import { problem, type Problem } from '../model/problem.ts';
import { byDefault, type Source } from '../model/source.ts';
import { objectsOf } from '../xds/answering-host.ts';
import { type Quarantinable, type Quarantined, splitName } from '../xds/quarantine/quarantine.ts';

const nouns: Readonly<Record<Quarantinable, string>> = {
  clusters: 'cluster',
  endpoints: 'endpoints of',
  secrets: 'certificate',
  extensions: 'connection manager',
  listeners: 'listener',
  hosts: 'host',
};

/** Objects beyond this many are told of by the first ones. */
const mostObjects = 8;
/** Envoy may repeat a whole message in its words. */
const mostWords = 600;

/** `host shop.example.com` */
export function nameOf({ what, name }: Pick<Quarantined, 'what' | 'name'>): string {
  return `${nouns[what]} ${what === 'hosts' ? splitName(name).hostname : name}`;
}

/** Envoy's, in one line. */
export function wordsOf({ message }: NonNullable<Quarantined['refusal']>): string {
  const words = message.replaceAll(/\s+/g, ' ').trim();
  return words.length > mostWords ? `${words.slice(0, mostWords)}…` : words;
}

/** What objects hear of it when an Envoy refuses what was made of them. */
export function refusalProblems(row: Quarantined): readonly Problem[] | undefined {
  const { refusal } = row;
  if (refusal === undefined) return undefined;
  const text = {
    message: `Envoy ${refusal.proxy} refused ${nameOf(row)}: ${wordsOf(refusal)}`,
    done: describeReplacement(row),
    fix: 'Change what Envoy names: it is tried again as soon as it differs.',
  };
  return distinct(refusal.sources, row)
    .slice(0, mostObjects)
    .map((source) => problem('NR701', source, text));
}

/** What is served instead of refused content: one sentence. */
export function describeReplacement({ what, name, replacement, refusal }: Quarantined): string {
  switch (replacement.type) {
    case 'accepted resource':
    case 'accepted host':
    case 'accepted part':
      return 'What Envoy accepted before is still served.';
    case 'answers':
      return splitName(name).owner === undefined
        ? 'All requests for the host are answered with 503.'
        : `Requests for the paths of ${objectsOf({ sources: refusal?.sources ?? [] })[0]} are answered with 503.`;
    case 'empty':
      return 'It has no endpoints: requests for it are answered with 503.';
    case 'no part':
    case 'left out':
      return leftOut[what];
  }
}

const leftOut: Readonly<Record<Quarantinable, string>> = {
  clusters: 'Routes that have no other backend are answered with 503.',
  endpoints: 'It has no endpoints: requests for it are answered with 503.',
  secrets: 'Its hosts are served with the default certificate, or not by HTTPS where there is none.',
  extensions: 'Listeners have it in themselves.',
  listeners: 'There is no such listener.',
  hosts: 'The host is not served.',
};

function distinct(sources: readonly Source[], { what, name }: Quarantined): readonly Source[] {
  if (sources.every(({ kind }) => kind === byDefault.kind)) return [{ ...byDefault, name: nameOf({ what, name }) }];
  return [
    ...new Map(sources.map((source) => [`${source.kind} ${source.namespace}/${source.name} ${source.field ?? ''}`, source])).values(),
  ];
}
