import { hash } from 'node:crypto';
import { defaultTlsPolicy, type TlsPolicy } from '../../model/host-tls.ts';
import { anyHost } from '../../model/virtual-host.ts';
import type { HostClients } from './client-certificates.ts';
import type { IngressRow } from '../ingress-row.ts';

/**
 * How TLS is spoken for a host; undefined: as for all hosts. Of ciphers and of their order the oldest Ingress that speaks of them decides
 * (createServers in ingress-nginx's controller.go). `rows`: the oldest first.
 */
export function tlsPolicyOf(hostname: string, rows: readonly IngressRow[], clients: HostClients | undefined): TlsPolicy | undefined {
  if (hostname === anyHost) return undefined;
  const wishes = rows.flatMap(({ policies }) => policies.serverTls ?? []);
  const { ciphers } = wishes.find((wish) => wish.ciphers !== undefined) ?? {};
  const { prefersClients } = wishes.find((wish) => wish.prefersClients !== undefined) ?? {};
  const asked = clients === undefined || clients.closed || clients.mode === 'off' ? undefined : clients.authorities;
  const parts = {
    ...(ciphers && { ciphers }),
    ...(prefersClients === true && { prefersClients }),
    ...(asked && { clients: asked }),
  };
  if (Object.keys(parts).length === 0) return undefined;
  // As in nginx, suites do not keep hosts apart: who may be asked for over a connection depends on what is asked of its client.
  const name = asked === undefined ? defaultTlsPolicy.name : `clients-${hash('sha256', JSON.stringify(asked), 'hex').slice(0, 12)}`;
  return { name, ...parts };
}
