import type { Messages } from '../proto/gen/messages.ts';
import type { ExplainedRequest } from './request.ts';
import type { ResourceReader } from './resource-reader.ts';

type Listener = Messages['envoy.config.listener.v3.Listener'];

const usualPorts = { http: 80, https: 443 } as const;

/** Key of a listener of its own; undefined: one of the edge. */
export function ownListener(name: string): string | undefined {
  return name === 'http' || name === 'https' ? undefined : name;
}

/** A listener that a request could come to. */
export interface FoundListener {
  readonly name: string;
  readonly listener: Listener;
}

/**
 * The listeners that a request could come to, the likeliest first: that of Ingresses for its scheme, and those that Gateways have of
 * their own on its port. Who says a port that only a Gateway has means that one.
 */
export function listenersFor({ scheme, port }: ExplainedRequest, reader: ResourceReader): readonly FoundListener[] {
  const edge = reader.get('listeners', scheme);
  const own = reader.names('listeners').flatMap((name) => {
    if (ownListener(name) === undefined) return [];
    const listener = reader.get('listeners', name);
    const socket = listener?.address?.socket_address;
    return listener !== undefined && socket?.protocol !== 'UDP' && socket?.port_value === (port ?? usualPorts[scheme])
      ? [{ name, listener }]
      : [];
  });
  const meansOwn = port !== undefined && port !== usualPorts[scheme] && own.length > 0;
  return edge === undefined || meansOwn ? own : [{ name: scheme, listener: edge }, ...own];
}
