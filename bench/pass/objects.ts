import type { KubeEvent } from '../../src/kube/event.ts';
import type { EndpointSlice, Ingress, KubeObject, Secret } from '../../src/kube/objects.ts';
import { makeDefaultCertificate, type SelfSigned } from '../../src/runtime/default-certificate.ts';
import { canaryIngress, ingress, metadata, naruClass, service, slice, synced, upsert } from '../../test/support/objects.ts';

/**
 * A cluster's objects: an Ingress, a Service with three paths to it and an EndpointSlice of three pods for each number.
 * Every tenth Ingress is a canary of the one before it, every tenth has a certificate of its own.
 */
const every = 10;

export function isCanary(index: number): boolean {
  return index % every === 1;
}

export function hasCertificate(index: number): boolean {
  return index % every === 5;
}

export function hostOf(index: number): string {
  return `checkout-${isCanary(index) ? index - 1 : index}.shop.example.com`;
}

export function ingressOf(index: number, weight = 10): Ingress {
  const name = `checkout-${index}`;
  const host = hostOf(index);
  if (isCanary(index)) return canaryIngress({ name, host, paths: [{ path: '/', service: name }], weight });
  const paths = ['/', '/api', '/static'].map((path) => ({ path, service: name }));
  return ingress({ name, host, paths, ...(hasCertificate(index) ? { tls: [{ hosts: [host], secretName: name }] } : {}) });
}

/** Each revision has other addresses. */
export function sliceOf(index: number, revision = 0): EndpointSlice {
  const name = `checkout-${index}`;
  const addresses = [0, 1, 2].map((pod) => `10.${(index >> 8) & 255}.${index & 255}.${((revision * 3 + pod) % 250) + 1}`);
  return slice(`${name}-x7k2p`, name, addresses);
}

/** What people call "an application": what comes and goes together. */
export function applicationOf(index: number): readonly KubeObject[] {
  return [service(`checkout-${index}`), sliceOf(index), ingressOf(index)];
}

/** Two certificates for every host there is: that all Secrets hold the same ones makes no pass cheaper. */
export class Certificates {
  readonly #made: readonly [SelfSigned, SelfSigned];

  private constructor(made: readonly [SelfSigned, SelfSigned]) {
    this.#made = made;
  }

  static async make(): Promise<Certificates> {
    const names = ['*.shop.example.com'];
    return new Certificates([await makeDefaultCertificate(names), await makeDefaultCertificate(names)]);
  }

  secretOf(index: number, revision = 0): Secret {
    const { chain, privateKey } = this.#made[revision % 2 === 0 ? 0 : 1];
    return {
      kind: 'Secret',
      metadata: metadata(`checkout-${index}`),
      type: 'kubernetes.io/tls',
      data: { 'tls.crt': Buffer.from(chain), 'tls.key': Buffer.from(privateKey) },
    };
  }
}

/** Everything there is at the start, as a source says it. */
export function firstEvents(count: number, certificates: Certificates): readonly KubeEvent[] {
  const objects = Array.from({ length: count }, (_, index) => [
    ...applicationOf(index),
    ...(hasCertificate(index) ? [certificates.secretOf(index)] : []),
  ]);
  return [upsert(naruClass), ...objects.flat().map(upsert), ...synced];
}
