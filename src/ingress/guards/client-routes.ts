import { joinPolicies, type ClientVerified, type RoutePolicy } from '../../model/route-policy.ts';
import type { Conditions, Route, RouteAction } from '../../model/route.ts';
import type { PlainVariable } from '../../model/template.ts';
import type { VirtualHost } from '../../model/virtual-host.ts';
import type { HostClients } from '../tls/client-certificates.ts';
import { objectsOf } from './https-redirect.ts';
import { acmeChallenges } from '../paths/route-draft.ts';

type Certificate = NonNullable<Conditions['clientCertificate']>;
type Asking = Extract<HostClients, { closed: false }>;

/**
 * The same host, which looks at certificates of clients before anything else: who may not pass is answered first, and backends are
 * told of the others. nginx looks at certificates over TLS only.
 */
export function withClientCertificates(host: VirtualHost, clients: HostClients | undefined): VirtualHost {
  if (clients === undefined) return host;
  const sources = objectsOf(host);
  const first = (name: string, action: RouteAction, conditions: Conditions = {}): Route => {
    return { name, match: { type: 'prefix', path: '/' }, conditions, action, sources };
  };
  if (clients.closed) {
    // A certificate authority has no certificate to show, and without its challenge the host may never get one that is good.
    const challenges = host.routes.filter(({ match }) => match.type !== 'regex' && match.path.startsWith(acmeChallenges));
    return { ...host, routes: [...challenges, first('closed', forbidden), ...host.routes.filter((route) => !challenges.includes(route))] };
  }
  const guards = refused[clients.mode].map((clientCertificate) => first('without a certificate', refusal(clients), { clientCertificate }));
  const routes = host.routes.flatMap((route) => told(route, clients));
  const fallback = host.fallback === undefined ? [] : told(host.fallback, clients);
  const last = fallback.at(-1);
  // Variants of the fallback are routes like others; the last of them is for all.
  return { ...host, routes: [...guards, ...routes, ...fallback.slice(0, -1)], ...(last !== undefined && { fallback: last }) };
}

const forbidden: RouteAction = { type: 'answer', status: 403, body: 'Forbidden\n' };

const refused: Readonly<Record<Asking['mode'], readonly Certificate[]>> = {
  on: ['not trusted'],
  optional: ['bad'],
  optional_no_ca: [],
  off: [],
};

function refusal({ errorPage }: Asking): RouteAction {
  if (errorPage === undefined) return { type: 'answer', status: 400, body: 'No required SSL certificate was sent\n' };
  return { type: 'answer', status: 302, body: '', headers: [{ name: 'location', value: [errorPage] }] };
}

/** A route for each thing that backends are told of the certificate; the last is for whatever is left. */
function told(route: Route, clients: Asking): readonly Route[] {
  const { action, conditions = {}, name } = route;
  // As in nginx, the subject is looked at before a client is sent elsewhere.
  const policy = joinPolicies([route.policy ?? {}, subjectPolicy(clients)]);
  if (action.type === 'answer' && clients.subject !== undefined) return [{ ...route, policy }];
  if (action.type !== 'forward') return [route];
  if (clients.mode === 'off') return [{ ...route, policy }];
  const variant = (verified: ClientVerified, clientCertificate?: Certificate): Route => ({
    ...route,
    name: clientCertificate === undefined ? name : `${name} with a ${clientCertificate} certificate`,
    ...(clientCertificate !== undefined && { conditions: { ...conditions, clientCertificate } }),
    policy: joinPolicies([route.policy ?? {}, headersFor(verified, clients), subjectPolicy(clients)]),
  });
  const failed = clients.mode === 'optional_no_ca' ? [variant('FAILED', 'bad')] : [];
  return [variant('SUCCESS', 'trusted'), ...failed, variant('NONE')];
}

function subjectPolicy({ subject }: Asking): RoutePolicy {
  return subject === undefined ? {} : { clientSubject: subject };
}

/** They replace what a client says in these headers, also where there is nothing to say. */
function headersFor(verified: ClientVerified, { passes }: Asking): RoutePolicy {
  const header = (name: string, variable: PlainVariable) => ({ name, value: [{ name: variable }] }) as const;
  return {
    clientVerified: verified,
    requestHeaders: {
      set: [
        { name: 'ssl-client-verify', value: [verified] },
        header('ssl-client-subject-dn', 'client-certificate-subject'),
        header('ssl-client-issuer-dn', 'client-certificate-issuer'),
        ...(passes ? [header('ssl-client-cert', 'client-certificate')] : []),
      ],
      ...(passes ? {} : { remove: ['ssl-client-cert'] }),
    },
  };
}
