import { isIPv4, isIPv6 } from 'node:net';
import { checked, quoted } from './complaint.ts';
import { fields, flag, list, oneOf, optional, portField, present, text, withDefault } from './fields.ts';
import type { KindRow } from './kind.ts';
import { metadata } from './metadata.ts';
import { dnsLabel, dnsSubdomain } from './names.ts';
import { protocol } from './service.ts';

const conditions = fields({ ready: optional(flag), serving: optional(flag), terminating: optional(flag) });

const targetRef = fields({ kind: optional(text), name: optional(text) });
const hints = fields({ forZones: list(fields({ name: text })) });

const endpoint = checked(
  fields({ addresses: list(text), conditions: withDefault(conditions, {}), targetRef: optional(targetRef), hints: optional(hints) }),
  ({ addresses }) =>
    addresses.length === 0 ? { message: 'The endpoint has no address.', fix: 'Add "addresses".', at: ['addresses'] } : undefined,
).transform(({ addresses, conditions: state, targetRef: target, hints: hinted }) =>
  present({ addresses, ...state, pod: target?.kind === 'Pod' ? target.name : undefined, hintedZone: hinted?.forZones[0]?.name }),
);

const port = fields({
  name: withDefault(
    checked(text, (value) => (value === '' ? undefined : dnsLabel('port name')(value))),
    '',
  ),
  // An API server would let any number through, but there is nobody at such a port.
  port: optional(portField),
  protocol,
});

/** An API server refuses loopback addresses; a folder's pods are often just there, so they are allowed here. */
const addressTests: Readonly<Record<string, (address: string) => boolean>> = { IPv4: isIPv4, IPv6: isIPv6 };

function addressTypeOf(address: string): 'IPv4' | 'IPv6' | 'FQDN' {
  if (isIPv4(address)) return 'IPv4';
  return isIPv6(address) ? 'IPv6' : 'FQDN';
}

export const endpointSlice: KindRow<'EndpointSlice'> = {
  kind: 'EndpointSlice',
  apiVersion: 'discovery.k8s.io/v1',
  formerApiVersions: ['discovery.k8s.io/v1beta1'],
  path: '/apis/discovery.k8s.io/v1/endpointslices',
  namespaced: true,
  sensitive: false,
  schema: () =>
    checked(
      fields({
        metadata: metadata({ namespaced: true, name: dnsSubdomain('name') }),
        addressType: optional(oneOf('address type', ['IPv4', 'IPv6', 'FQDN'])),
        endpoints: list(endpoint),
        ports: list(port),
      }).transform(({ metadata: about, addressType, ...rest }) => ({
        kind: 'EndpointSlice' as const,
        metadata: about,
        addressType: addressType ?? addressTypeOf(rest.endpoints[0]?.addresses[0] ?? '0.0.0.0'),
        ...rest,
      })),
      ({ addressType, endpoints }) => {
        const fits = addressTests[addressType] ?? (() => true);
        for (const [index, { addresses }] of endpoints.entries()) {
          const wrong = addresses.findIndex((address) => !fits(address));
          if (wrong === -1) continue;
          const message = `The address ${quoted(addresses[wrong] ?? '')} is not an ${addressType} address.`;
          return { message, at: ['endpoints', index, 'addresses', wrong] };
        }
        return undefined;
      },
    ),
};
