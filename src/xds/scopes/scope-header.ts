import type { Messages } from '../../proto/gen/messages.ts';

/** Says in which scope the route of a request is looked for. Replaced where a client sends it, and not sent on to backends. */
export const scopeHeader = 'x-naru-scope';

/**
 * Sets `scopeHeader`, before a route is chosen, to the key of the scope of the host as the client wrote it; the port is left out when it is
 * read. `listener`: absent at the edge.
 */
export function tellScope(listener: string | undefined): Messages['envoy.config.common.mutation_rules.v3.HeaderMutation'] {
  const value = scopeKey('%REQ(:authority)%', listener);
  return { append: { header: { key: scopeHeader, value }, append_action: 'OVERWRITE_IF_EXISTS_OR_ADD' } };
}

/**
 * The key of a scope: a hostname, and before it the listener where it is not the edge. A key ends at a colon, so that there is none in it; and
 * with a `{` no host begins that a client may ask for: Envoy answers 400.
 */
export function scopeKey(host: string, listener: string | undefined): string {
  return listener === undefined ? host : `{${listener.replaceAll(':', '_')}}${host}`;
}
