import { isIPv4 } from 'node:net';
import type { Service } from '../../kube/objects.ts';
import type { Upstream } from '../../model/upstream.ts';

/** Networks in which only a proxy itself, its node, or what gives it credentials can be meant. */
const refusedNetworks: readonly (readonly [prefix: string, what: string])[] = [
  ['0.', 'no address of a machine'],
  ['127.', 'a loopback address'],
  ['169.254.', 'a link-local address, where clouds have their metadata'],
  // Where Alibaba Cloud, Azure and Oracle Cloud have theirs.
  ['100.100.100.200', 'the metadata service of a cloud'],
  ['168.63.129.16', 'the metadata service of a cloud'],
  ['192.0.0.192', 'the metadata service of a cloud'],
];

const loopbackNames = new Set(['localhost', 'localhost.localdomain', 'localhost6', 'ip6-localhost', 'ip6-loopback']);
const metadataNames = new Set(['metadata', 'metadata.google.internal', 'metadata.goog', 'instance-data', 'instance-data.ec2.internal']);

/** Decimal, octal or hexadecimal: a name that ends so is an address to some resolvers, such as `127.1` and `0x7f000001`. */
const numberAtEnd = /(?:^|\.)(?:\d+|0x[0-9a-f]*)$/;
const dnsName = /^(?=.{1,253}$)[a-z0-9_](?:[-a-z0-9_]*[a-z0-9_])?(?:\.[a-z0-9_](?:[-a-z0-9_]*[a-z0-9_])?)*$/;

/**
 * Why an external name is not used, as in "it is a loopback address"; undefined: it is. What a name resolves to is known to the
 * proxies alone, and is not looked at.
 */
export function externalNameObjection(externalName: string): string | undefined {
  const name = externalName.replace(/\.$/, '').toLowerCase();
  if (loopbackNames.has(name) || name.endsWith('.localhost')) return 'a name of the loopback address';
  if (metadataNames.has(name)) return 'the metadata service of a cloud';
  if (isIPv4(name)) return refusedNetworks.find(([prefix]) => name.startsWith(prefix))?.[1];
  return dnsName.test(name) && !numberAtEnd.test(name) ? undefined : 'neither a DNS name nor an IPv4 address';
}

/**
 * The name and the port of a Service of type ExternalName: its target port, else the port itself. A port that it does not list is
 * taken as it is written (externalNamePorts in ingress-nginx's controller.go).
 */
export function externalPort({ spec }: Service, wanted: string): Pick<Upstream, 'port' | 'lookup'> | undefined {
  const found = spec.ports.find(({ port, name }) => String(port) === wanted || (name !== '' && name === wanted));
  const port = found?.port ?? (/^\d+$/.test(wanted) ? Number(wanted) : undefined);
  if (port === undefined) return undefined;
  const hostname = (spec.externalName ?? '').toLowerCase();
  return { port, lookup: { hostname, port: typeof found?.targetPort === 'number' ? found.targetPort : port } };
}
