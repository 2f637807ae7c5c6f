import type { SelfSigned } from '../../../src/runtime/default-certificate.ts';
import { ingressYaml, sliceYaml } from '../yaml.ts';

/** What one hostname of a storm is at a moment: all of it in a file of its own. */
export interface StormHost {
  readonly name: string;
  /** The third part of the addresses of its pods; the canary's pods have the number above it. */
  readonly subnet: number;
  /** Name of the Secret, where it has one. */
  readonly secret?: string;
  readonly pods: readonly number[];
  readonly canary?: { readonly weight: number; readonly pods: readonly number[] };
  readonly paths: readonly string[];
}

export const hostnameOf = ({ name }: Pick<StormHost, 'name'>): string => `${name}.storm.test`;
const addressOf = (subnet: number, pod: number): string => `127.1.${subnet}.${pod}`;

/** Whether a pod with this address may answer for the host. */
export function isServedBy({ subnet, canary }: StormHost, address: string): boolean {
  return (
    address.startsWith(addressOf(subnet, 0).slice(0, -1)) ||
    (canary !== undefined && address.startsWith(addressOf(subnet + 1, 0).slice(0, -1)))
  );
}

export function hostYaml(host: StormHost, podPort: number): string {
  const { name, subnet, secret, pods, canary, paths } = host;
  const hostname = hostnameOf(host);
  const service = (of: string, from: number, numbers: readonly number[]): string =>
    `---\n${JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name: of }, spec: { ports: [{ port: 80 }] } })}\n` +
    sliceYaml(
      of,
      numbers.map((pod) => addressOf(from, pod)),
      podPort,
    );
  const ingress = ingressYaml({
    name,
    host: hostname,
    paths: ['/', ...paths].map((path) => `Prefix ${path} ${name}`),
    annotations: { 'ssl-redirect': 'false' },
    ...(secret === undefined ? {} : { tls: [`${secret} ${hostname}`] }),
  });
  if (canary === undefined) return ingress + service(name, subnet, pods);
  const annotations = { canary: 'true', 'canary-weight': String(canary.weight) };
  const second = ingressYaml({ name: `${name}-canary`, host: hostname, paths: [`Prefix / ${name}-canary`], annotations });
  return ingress + service(name, subnet, pods) + second + service(`${name}-canary`, subnet + 1, canary.pods);
}

export function secretYaml(name: string, { chain, privateKey }: SelfSigned): string {
  const data = { 'tls.crt': Buffer.from(chain).toString('base64'), 'tls.key': Buffer.from(privateKey).toString('base64') };
  return `---\n${JSON.stringify({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, type: 'kubernetes.io/tls', data })}\n`;
}
