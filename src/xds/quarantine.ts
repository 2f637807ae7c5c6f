import { hash } from 'node:crypto';
import type { Source } from '../model/source.ts';
import type { VirtualHost } from '../model/virtual-host.ts';
import type { Resource, TypeName } from '../snapshot/resource.ts';
import type { Key } from '../store/table.ts';
import type { EncodedVirtualHost } from './virtual-host.ts';

/** What can be put aside by itself: resources, and of the one route configuration each virtual host. */
export type Quarantinable = Exclude<TypeName, 'routes'> | 'hosts';

/** A virtual host with what it was rendered from. */
export interface RenderedHost extends EncodedVirtualHost {
  readonly host: VirtualHost;
}

/** What is served instead. */
export type Replacement =
  /** The content that was accepted last. */
  | { readonly type: 'accepted resource'; readonly resource: Resource }
  | { readonly type: 'accepted host'; readonly host: RenderedHost }
  /** The same host, whose routes of this object answer 503; without an object the whole host does. */
  | { readonly type: 'answers'; readonly object?: string }
  /** Endpoints without an address. */
  | { readonly type: 'empty' }
  | { readonly type: 'left out' };

/** Content that is not sent to Envoys. As soon as the content differs, it is tried again. */
export interface Quarantined {
  readonly what: Quarantinable;
  readonly name: string;
  /** Hash of the content. */
  readonly version: string;
  readonly replacement: Replacement;
  /** Accepted resources that the replacement refers to, for those that are gone by now. */
  readonly needs: readonly Resource[];
  /** Absent where the content is only held back for a moment, to find out whether it is what an Envoy refuses. */
  readonly refusal?: {
    readonly proxy: string;
    /** The Envoy's own words. */
    readonly message: string;
    /** Milliseconds since the epoch. */
    readonly since: number;
    /** The objects that the content comes from. */
    readonly sources: readonly Source[];
  };
}

export function quarantineKey(what: Quarantinable, name: string): Key {
  return `${what} ${name}`;
}

export function hostVersion({ bytes }: EncodedVirtualHost): string {
  return hash('sha256', bytes, 'base64url').slice(0, 22);
}
