import type { TlsPolicy } from '../../model/host-tls.ts';
import type { Messages } from '../../proto/gen/messages.ts';

/** Says for routes to match which way a request has come in. Replaced where a client sends it, and not sent on to backends. */
export const chainHeader = 'x-naru-chain';
export const plainChain = 'http';

/** What `chainHeader` says over TLS. */
export function tlsChainOf({ name }: Pick<TlsPolicy, 'name'>): string {
  return `https/${name}`;
}

/** Sets `chainHeader`, before a route is chosen. */
export function tellChain(value: string): Messages['envoy.config.common.mutation_rules.v3.HeaderMutation'] {
  return { append: { header: { key: chainHeader, value }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' } };
}
