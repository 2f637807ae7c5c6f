import * as z from 'zod';
import type { ListenerSpec } from '../../gateway-objects.ts';
import { checked, quoted } from '../complaint.ts';
import { fields, list, oneOf, optional, portField, text, withDefault } from '../fields.ts';
import { dnsSubdomain } from '../names.ts';
import { gatewayGroup, group, hostname, kindName, namespacesFrom, secretReference } from './parts.ts';

const tls = fields({
  mode: withDefault(oneOf('TLS mode', ['Terminate', 'Passthrough']), 'Terminate'),
  certificateRefs: list(secretReference),
  options: optional(z.record(text, text)),
});

const allowedRoutes = fields({
  namespaces: namespacesFrom('Same'),
  kinds: list(fields({ group: withDefault(group, gatewayGroup), kind: kindName })),
});

const listener = checked(
  fields({
    name: checked(text, dnsSubdomain('listener name')),
    hostname,
    port: portField,
    protocol: checked(text, (value) =>
      value === '' ? { message: 'The protocol is empty.', fix: 'Write HTTP, HTTPS, TLS, TCP or UDP.' } : undefined,
    ),
    tls: optional(tls),
    allowedRoutes: withDefault(z.unknown(), {}).pipe(allowedRoutes),
  }),
  ({ protocol, tls: ofTls, hostname: host }) => {
    if (ofTls !== undefined && ['HTTP', 'TCP', 'UDP'].includes(protocol))
      return {
        message: `A listener for ${protocol} has no TLS.`,
        fix: 'Leave "tls" out, or write HTTPS or TLS as the protocol.',
        at: ['tls'],
      };
    if (host !== undefined && ['TCP', 'UDP'].includes(protocol))
      return { message: `A listener for ${protocol} has no hostname.`, fix: 'Leave "hostname" out.', at: ['hostname'] };
    return protocol === 'HTTPS' && ofTls?.mode === 'Passthrough'
      ? { message: 'A listener for HTTPS ends TLS itself.', fix: 'Write "protocol: TLS" to pass it through.', at: ['tls', 'mode'] }
      : undefined;
  },
);

/** The listeners of a Gateway or a ListenerSet; each has a name of its own. */
export const listeners: z.ZodType<readonly ListenerSpec[]> = checked(list(listener), (all) => {
  for (const [index, { name }] of all.entries())
    if (all.findIndex((other) => other.name === name) !== index)
      return { message: `Two listeners have the name ${quoted(name)}.`, fix: 'Give each a name of its own.', at: [index, 'name'] };
  return undefined;
});
