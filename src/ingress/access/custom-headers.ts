import { printFieldPath } from '../../kube/field-path.ts';
import type { ConfigMap } from '../../kube/objects.ts';
import { problem } from '../../model/problem.ts';
import type { HeaderValue } from '../../model/route-policy.ts';
import type { Source } from '../../model/source.ts';
import type { Key } from '../../store/table.ts';
import type { AccessReading } from './access.ts';
import type { CustomHeaders } from '../annotations/custom-headers.ts';
import { nameObjection, plainName } from '../nginx/header-text.ts';
import { sourceOf } from '../source-of.ts';

export interface CustomHeadersReading extends AccessReading {
  /** What every answer of the Ingress has. */
  readonly headers: readonly HeaderValue[];
}

/** Envoy takes no more than 16384 bytes, of which an escaped character needs several. */
const longest = 4096;

/**
 * The headers of the ConfigMap that custom-headers names: all of them or, where one is not allowed, none, as in ingress-nginx's
 * internal/ingress/annotations/customheaders/main.go. A dollar sign stands for itself there, too. `source`: the annotation.
 */
export function readCustomHeaders(
  asked: CustomHeaders | undefined,
  source: Source,
  find: (key: Key) => ConfigMap | undefined,
): CustomHeadersReading {
  if (asked === undefined) return { headers: [], denied: false, problems: [] };
  const done = 'The paths of this Ingress answer 503.';
  const map = find(asked.map);
  if (map === undefined) {
    const message = `There is no ConfigMap ${asked.map}, or Naru may not read it.`;
    const fix = 'Create it, with a role that lets Naru list and watch it.';
    return { headers: [], denied: true, problems: [problem('NR219', source, { message, done, fix })] };
  }
  const entries = Object.entries(map.data).sort(([a], [b]) => (a < b ? -1 : 1));
  const problems = entries.flatMap(([header, text]) => {
    const wrong = complaintOf(header, text, asked.allowed);
    if (wrong === undefined) return [];
    const { source: at, message, fix } = { ...wrong, source: sourceOf(map, printFieldPath(['data', header])) };
    return [problem('NR807', at, { message, done: `The paths of the Ingress ${source.namespace}/${source.name} answer 503.`, fix })];
  });
  if (problems.length > 0) {
    const message = `ConfigMap ${asked.map} has entries that cannot be headers of answers.`;
    const told = problem('NR219', source, { message, done, fix: 'Correct them; they are told of the ConfigMap.' });
    return { headers: [], denied: true, problems: [told, ...problems] };
  }
  return { headers: entries.map(([name, text]) => ({ name: name.toLowerCase(), value: [text] })), denied: false, problems: [] };
}

interface Complaint {
  readonly message: string;
  readonly fix: string;
}

/** ValidHeader and ValidValue of the same file. */
function complaintOf(header: string, text: string, allowed: readonly string[]): Complaint | undefined {
  const objection = nameObjection(header, plainName);
  if (objection !== undefined) return objection;
  if (!allowed.includes(header.toLowerCase()))
    return {
      message: `${header} is not among the headers that custom-headers may set.`,
      fix: 'Remove it, or add it to global-allowed-response-headers of the ConfigMap of Naru.',
    };
  if (text.length > longest) return { message: `The value of ${header} has more than ${longest} characters.`, fix: 'Shorten it.' };
  if (!/^[a-zA-Z\d_ :;.,\\/"'?!(){}[\]@<>=\-+*#$&`|~^%]+$/.test(text))
    return { message: `The value of ${header} is empty or has characters that none may have.`, fix: 'Write it in ASCII, on one line.' };
  return undefined;
}
