import { hash } from 'node:crypto';
import type { TlsPolicy } from '../model/host-tls.ts';
import { anyHost } from '../model/virtual-host.ts';
import type { HostClients } from './client-certificates.ts';
import type { IngressRow } from './ingress-row.ts';

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
  const kinds = Object.keys(parts);
  if (kinds.length === 0) return undefined;
  return { name: `${kinds.join('-')}-${hash('sha256', JSON.stringify(parts), 'hex').slice(0, 12)}`, ...parts };
}
