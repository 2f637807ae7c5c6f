import { printFieldPath } from '../../kube/field-path.ts';
import type { ConfigMap } from '../../kube/objects.ts';
import type { AuthService } from '../../model/authentication.ts';
import { problem } from '../../model/problem.ts';
import type { Source } from '../../model/source.ts';
import type { Key } from '../../store/table.ts';
import type { AccessReading } from './access.ts';
import type { Policies } from '../annotations/index.ts';
import { parseAccessTemplate } from '../nginx/access-template.ts';
import { nameObjection, plainName } from '../nginx/header-text.ts';
import { sourceOf } from '../source-of.ts';

type AuthUrlPolicy = Policies['authUrl'];

interface AuthHeadersReading extends AccessReading {
  readonly policy: AuthUrlPolicy;
}

/**
 * Adds to what an authentication service is told the headers of the ConfigMap that auth-proxy-set-headers names; one that cannot be told
 * closes the paths, as in ingress-nginx's internal/ingress/annotations/authreq/main.go. `source`: the annotation.
 */
export function readAuthHeaders(policy: AuthUrlPolicy, source: Source, find: (key: Key) => ConfigMap | undefined): AuthHeadersReading {
  const service = policy.route.authService;
  if (service === undefined || policy.headerMap === undefined) return { policy, denied: false, problems: [] };
  const refuse = (message: string, fix: string): AuthHeadersReading => {
    const done = 'The paths of this Ingress answer 503.';
    return { policy, denied: true, problems: [problem('NR240', source, { message, done, fix })] };
  };
  const map = find(policy.headerMap);
  if (map === undefined) {
    const fix = 'Create it, with a role that lets Naru list and watch it.';
    return refuse(`There is no ConfigMap ${policy.headerMap}, or Naru may not read it.`, fix);
  }
  const entries = Object.entries(map.data).sort(([a], [b]) => (a < b ? -1 : 1));
  const headers = entries.map(([header, text]) => readHeader(header, text));
  const wrong = headers.flatMap((one, index) => (one.ok ? [] : [{ header: entries[index]?.[0] ?? '', message: one.message }]));
  if (wrong.length === 0) {
    const told = headers.flatMap((one) => (one.ok ? [one.header] : []));
    const withHeaders = { ...service, ...(told.length > 0 && { headers: told }) };
    return { policy: { ...policy, route: { ...policy.route, authService: withHeaders } }, denied: false, problems: [] };
  }
  const { problems } = refuse(
    `ConfigMap ${policy.headerMap} has entries that the service cannot be told.`,
    'Correct them; they are told of the ConfigMap.',
  );
  const done = `The paths of the Ingress ${source.namespace}/${source.name} answer 503.`;
  const ofMap = wrong.map(({ header, message }) =>
    problem('NR807', sourceOf(map, printFieldPath(['data', header])), { message, done, fix: 'Correct or remove the entry.' }),
  );
  return { policy, denied: true, problems: [...problems, ...ofMap] };
}

export type Told = NonNullable<AuthService['headers']>[number];

/** ValidHeader and ValidValue in internal/ingress/annotations/parser of ingress-nginx; the value is put into nginx's configuration, where variables have values. */
export function readHeader(
  header: string,
  text: string,
): { readonly ok: true; readonly header: Told } | { readonly ok: false; readonly message: string } {
  const objection = nameObjection(header, plainName);
  if (objection !== undefined) return { ok: false, message: objection.message };
  if (!/^[\x20-\x7e]{0,4096}$/.test(text))
    return { ok: false, message: `The value of ${header} is not ASCII on one line of at most 4096 characters.` };
  const value = parseAccessTemplate(text);
  return value.ok
    ? { ok: true, header: { name: header.toLowerCase(), value: value.value } }
    : { ok: false, message: `${header}: ${value.message}.` };
}
