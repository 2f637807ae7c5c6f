import type { TlsPolicy } from '../model/host-tls.ts';
import { any } from '../proto/codec.ts';
import type { Messages } from '../proto/gen/messages.ts';

/** Says for routes to match which way a request has come in. Replaced where a client sends it, and not sent on to backends. */
export const chainHeader = 'x-naru-chain';
export const plainChain = 'http';

/** What `chainHeader` says over TLS. */
export function tlsChainOf({ name }: TlsPolicy): string {
  return `https/${name}`;
}

/** Sets `chainHeader`, before a route is chosen. */
export function tellChain(value: string): Messages['envoy.config.core.v3.TypedExtensionConfig'] {
  return {
    name: 'envoy.http.early_header_mutation.header_mutation',
    typed_config: any('envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation', {
      mutations: [{ append: { header: { key: chainHeader, value }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' } }],
    }),
  };
}
