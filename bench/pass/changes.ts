import type { KubeEvent } from '../../src/kube/event.ts';
import { remove, upsert } from '../../test/support/objects.ts';
import { applicationOf, type Certificates, hasCertificate, ingressOf, isCanary, sliceOf } from './objects.ts';

export const changeKinds = ['endpoint', 'canary weight', 'certificate', 'new host', 'removed host'] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** Changes to the first so many applications of a world, each different from what was there. */
export class ChangeMaker {
  readonly #active: number;
  readonly #certificates: Certificates;
  readonly #canaries: readonly number[];
  readonly #certified: readonly number[];
  readonly #revisions = new Map<string, number>();
  /** Numbers of the hosts that were added, to be removed again. */
  readonly #added: number[] = [];
  #turn = 0;
  #next: number;

  constructor(worldSize: number, active: number, certificates: Certificates) {
    this.#active = active;
    this.#certificates = certificates;
    const numbers = Array.from({ length: active }, (_, index) => index);
    this.#canaries = numbers.filter(isCanary);
    this.#certified = numbers.filter(hasCertificate);
    // Plain hosts, neither a canary nor with a certificate.
    this.#next = Math.ceil(worldSize / 10) * 10;
  }

  /** A host can be removed only after one was added. */
  can(kind: ChangeKind): boolean {
    return kind !== 'removed host' || this.#added.length > 0;
  }

  /** The events of one change. */
  make(kind: ChangeKind): readonly KubeEvent[] {
    // A step without a common divisor with round sizes, so that changes are spread over all objects.
    this.#turn += 7_919;
    if (kind === 'endpoint') {
      const index = this.#turn % this.#active;
      return [upsert(sliceOf(index, this.#revise('slice', index)))];
    }
    if (kind === 'canary weight') {
      const index = pick(this.#canaries, this.#turn);
      return [upsert(ingressOf(index, 10 + (this.#revise('weight', index) % 80)))];
    }
    if (kind === 'certificate') {
      const index = pick(this.#certified, this.#turn);
      return [upsert(this.#certificates.secretOf(index, this.#revise('secret', index)))];
    }
    return kind === 'new host' ? this.#addHost() : this.#removeHost();
  }

  /** A batch as it comes while applications are rolled out: most of it is pods that come and go. */
  batch(): readonly KubeEvent[] {
    const kinds: ChangeKind[] = ['new host', 'canary weight', 'canary weight', 'certificate', 'removed host'];
    const endpoints = Array.from({ length: batchEvents - kinds.length - 4 }, (): ChangeKind => 'endpoint');
    return [...kinds, ...endpoints].flatMap((kind) => this.make(kind));
  }

  #addHost(): readonly KubeEvent[] {
    const index = this.#next;
    this.#next += 10;
    this.#added.push(index);
    return applicationOf(index).map(upsert);
  }

  #removeHost(): readonly KubeEvent[] {
    const index = this.#added.shift();
    if (index === undefined) throw new Error('no host was added that could be removed');
    return applicationOf(index).map(remove);
  }

  #revise(what: string, index: number): number {
    const revision = (this.#revisions.get(`${what} ${index}`) ?? 0) + 1;
    this.#revisions.set(`${what} ${index}`, revision);
    return revision;
  }
}

/** Events in a batch of `ChangeMaker.batch`: a host that comes or goes is three of them. */
export const batchEvents = 50;

function pick(numbers: readonly number[], turn: number): number {
  const number = numbers[turn % numbers.length];
  if (number === undefined) throw new Error('the world is too small for this change');
  return number;
}
