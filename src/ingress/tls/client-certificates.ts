import { printFieldPath } from '../../kube/field-path.ts';
import type { Secret } from '../../kube/objects.ts';
import type { ClientAuthorities } from '../../model/host-tls.ts';
import { problem, type Problem } from '../../model/problem.ts';
import { anyHost } from '../../model/virtual-host.ts';
import type { Key } from '../../store/table.ts';
import type { IngressRow } from '../ingress-row.ts';
import { readAuthorities } from './authorities.ts';
import { sourceOf } from '../source-of.ts';

/** What becomes of clients: `on` none without a good certificate, `optional` none with a bad one, `optional_no_ca` all; `off`: none is asked for. */
export type ClientMode = 'on' | 'off' | 'optional' | 'optional_no_ca';

/** What a host asks of the certificates of its clients. */
export type HostClients =
  /** It asks for something that cannot be had: nobody may pass. */
  | { readonly closed: true }
  | {
      readonly closed: false;
      readonly mode: ClientMode;
      readonly authorities: ClientAuthorities;
      readonly errorPage?: string;
      readonly passes: boolean;
      readonly subject?: string;
    };

export interface HostClientsRow {
  readonly clients: HostClients;
  readonly problems: readonly Problem[];
}

/**
 * Chooses as ingress-nginx does (createServers in its controller.go): the oldest Ingress of the host with a usable Secret decides, canaries
 * too; an unusable one closes the host. `rows`: the oldest first.
 */
export function chooseClients(
  hostname: string,
  rows: readonly IngressRow[],
  secretOf: (key: Key) => Secret | undefined,
): HostClientsRow | undefined {
  const asking = rows.filter(({ policies }) => policies.authTls !== undefined);
  if (asking.length === 0) return undefined;
  const readings = asking.map((row) => readClients(hostname, row, secretOf));
  const problems = readings.flatMap((one) => one.problems);
  const closed = readings.find(({ clients }) => clients.closed);
  const [first] = readings;
  return { clients: closed?.clients ?? first?.clients ?? { closed: true }, problems };
}

function readClients(hostname: string, row: IngressRow, secretOf: (key: Key) => Secret | undefined): HostClientsRow {
  const wish = row.policies.authTls;
  // Why it cannot be read is told of the annotation already.
  if (wish === undefined || !wish.readable) return { clients: { closed: true }, problems: [] };
  const refuse = (message: string, fix: string): HostClientsRow => {
    const key = Object.keys(row.metadata.annotations).find((one) => one.endsWith('/auth-tls-secret'));
    const source = sourceOf({ kind: 'Ingress', ...row }, printFieldPath(['metadata', 'annotations', ...(key === undefined ? [] : [key])]));
    const done = `Host ${hostname} answers 403.`;
    return { clients: { closed: true }, problems: [problem('NR240', source, { message, done, fix })] };
  };
  if (hostname === anyHost) {
    return refuse('Certificates of clients cannot be asked for by a rule without a host.', 'Name the host in the rule.');
  }
  const secret = secretOf(wish.secret);
  if (secret === undefined)
    return refuse(`There is no Secret ${wish.secret}.`, 'Create it, with the certificates of those who sign under ca.crt.');
  if (secret.data['ca.crl'] !== undefined) {
    return refuse(
      `Secret ${wish.secret} has a revocation list, which cannot be had.`,
      'Take ca.crl out, and use certificates that last shortly.',
    );
  }
  const trusted = readAuthorities(secret.data['ca.crt']?.toString('latin1') ?? '');
  if (trusted === undefined) return refuse(`ca.crt of Secret ${wish.secret} holds no usable certificates.`, 'Put them there in PEM.');
  const { mode, depth, passes, errorPage, subject } = wish;
  return {
    clients: {
      closed: false,
      ...{ mode, passes, authorities: { trusted, depth } },
      ...(errorPage !== undefined && { errorPage }),
      ...(subject !== undefined && { subject }),
    },
    problems: [],
  };
}
