import type { Collection, Follower } from '../collection.ts';
import { valueAt } from '../read.ts';

export interface SelectedNamespacesOptions {
  /** For the first time all that are selected are known. */
  readonly onListed: () => void;
  /** After that: some have come that were not selected before. Those of one moment are told once. */
  readonly onJoined: () => void;
  readonly onLeft: (namespace: string) => void;
}

/** The Namespaces that fit a selector of their labels; the API server says which. */
export class SelectedNamespaces implements Follower {
  readonly #options: SelectedNamespacesOptions;
  readonly #names = new Set<string>();
  #listed = false;
  #joined = false;

  constructor(options: SelectedNamespacesOptions) {
    this.#options = options;
  }

  has(namespace: string): boolean {
    return this.#names.has(namespace);
  }

  put(raw: unknown): string {
    const name = nameOf(raw);
    if (!this.#names.has(name)) this.#join(name);
    return name;
  }

  /** Also comes when a Namespace loses its label. */
  delete(raw: unknown): void {
    this.#leave(nameOf(raw));
  }

  keepOnly(names: ReadonlySet<string>): void {
    for (const name of [...this.#names]) if (!names.has(name)) this.#leave(name);
  }

  listed(): void {
    if (this.#listed) return;
    this.#listed = true;
    this.#options.onListed();
  }

  #join(name: string): void {
    this.#names.add(name);
    if (!this.#listed || this.#joined) return;
    this.#joined = true;
    setImmediate(() => {
      this.#joined = false;
      this.#options.onJoined();
    });
  }

  #leave(name: string): void {
    if (this.#names.delete(name)) this.#options.onLeft(name);
  }
}

function nameOf(raw: unknown): string {
  return String(valueAt(raw, ['metadata', 'name']));
}

export function selectedNamespaces(labelSelector: string): Collection {
  return {
    kind: 'Namespace',
    apiVersion: 'v1',
    path: '/api/v1/namespaces',
    parameters: { labelSelector },
    metadataOnly: true,
    optional: false,
    required: true,
  };
}
