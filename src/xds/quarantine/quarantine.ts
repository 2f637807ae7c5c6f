import { hash } from 'node:crypto';
import type { Source } from '../../model/source.ts';
import type { VirtualHost } from '../../model/virtual-host.ts';
import type { Resource, TypeName } from '../../snapshot/resource.ts';
import type { Key } from '../../store/table.ts';
import { type PartReplacement, partVersion } from './host-parts.ts';
import type { EncodedVirtualHost } from '../routes/virtual-host.ts';

/** What can be put aside by itself: resources, and each virtual host in a scope. */
export type Quarantinable = Exclude<TypeName, 'scopes' | 'routes'> | 'hosts';

/** A virtual host with what it was rendered from. */
export interface RenderedHost extends EncodedVirtualHost {
  readonly host: VirtualHost;
}

/** What is served instead. */
export type Replacement =
  /** The content that was accepted last. */
  | { readonly type: 'accepted resource'; readonly resource: Resource }
  | { readonly type: 'accepted host'; readonly host: EncodedVirtualHost }
  /** Of a part of a host, or (`answers`: 503 for everything) of a whole one. */
  | PartReplacement
  /** Endpoints without an address. */
  | { readonly type: 'empty' }
  | { readonly type: 'left out' };

/** Content that is not sent to Envoys. As soon as the content differs, it is tried again. */
export interface Quarantined {
  readonly what: Quarantinable;
  /** Of a resource, of a host, or of a part of a host: see `hostPart`. */
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

/**
 * What one object (`namespace/name`) has in a host: a name for what can be put aside without the rest of the host. Neither
 * has a blank.
 */
export function hostPart(hostname: string, owner: string): string {
  return `${hostname} ${owner}`;
}

export function splitName(name: string): { readonly hostname: string; readonly owner: string | undefined } {
  const at = name.indexOf(' ');
  return at < 0 ? { hostname: name, owner: undefined } : { hostname: name.slice(0, at), owner: name.slice(at + 1) };
}

export function hostVersion({ bytes }: EncodedVirtualHost): string {
  return hash('sha256', bytes, 'base64url').slice(0, 22);
}

/** Hash of a host, or of the part of it that the name says; undefined where it has no such part. */
export function versionIn(host: EncodedVirtualHost, name: string): string | undefined {
  const { owner } = splitName(name);
  return owner === undefined ? hostVersion(host) : partVersion(host, owner);
}
