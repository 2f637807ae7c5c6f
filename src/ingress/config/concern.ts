import type { Setting } from './setting.ts';

/** What Naru makes of a key. */
export type Support =
  | { readonly type: 'read' }
  /** As read, with something that is not as in ingress-nginx. */
  | { readonly type: 'differs'; readonly note: string }
  /** The default of an annotation: it acts as soon as the annotation of this name is read. */
  | {
      readonly type: 'annotation';
      readonly annotation: string;
      /** What it makes of the default that the key of the annotation's own name says; absent: it is that key. */
      readonly change?: (fallback: unknown, value: unknown) => unknown;
    }
  | {
      readonly type: 'not read';
      /** Why: one sentence. */
      readonly reason: string;
      /** What to do: one sentence. */
      readonly fix: string;
      /** Without it less is protected than the user believes. */
      readonly protects: boolean;
    };

/** One key of the controller's ConfigMap: a row that says all there is to say of it. */
export interface ConfigKey<T> {
  readonly setting: Setting<T>;
  readonly support: Support;
  /** A change of it changes the listeners: Envoy takes new connections with the new setting and drains the others. */
  readonly drains: boolean;
  /** It is about annotations, whose readers are told of it. */
  readonly forAnnotations?: true;
}

export type Keys = Readonly<Record<string, ConfigKey<unknown>>>;
export type ValuesOf<K extends Keys> = { readonly [N in keyof K]: K[N] extends ConfigKey<infer T> ? T : never };

/** Keys about one thing. One concern, one file. */
export interface Concern<K extends Keys> {
  readonly title: string;
  readonly keys: K;
}

export function defineConcern<const K extends Keys>(title: string, keys: K): Concern<K> {
  return { title, keys };
}

export function read<T>(setting: Setting<T>): ConfigKey<T> {
  return { setting, support: { type: 'read' }, drains: false };
}

/** A key that is read, with a difference: one sentence. */
export function readWith<T>(note: string, setting: Setting<T>): ConfigKey<T> {
  return { setting, support: { type: 'differs', note }, drains: false };
}

/** A key that says what annotations may do. */
export function forAnnotations<T>(key: ConfigKey<T>): ConfigKey<T> {
  return { ...key, forAnnotations: true };
}

/** A key whose change changes the listeners. */
export function draining<T>(key: ConfigKey<T>): ConfigKey<T> {
  return { ...key, drains: true };
}

/** The default of the annotation of the same name, unless another is given. */
export function defaultOf<T>(annotation: string, setting: Setting<T>): ConfigKey<T> {
  return { setting, support: { type: 'annotation', annotation }, drains: false };
}

/** A key that changes the default of an annotation: `change` is given what the key of the annotation's name says, and this one's value. */
export function changesDefault<D, T>(annotation: string, setting: Setting<T>, change: (fallback: D, value: T) => D): ConfigKey<T> {
  const support = { type: 'annotation', annotation, change: change as (fallback: unknown, value: unknown) => unknown } as const;
  return { setting, support, drains: false };
}

export interface NotRead {
  readonly reason: string;
  readonly fix: string;
}

export function notRead<T>(setting: Setting<T>, { reason, fix }: NotRead): ConfigKey<T> {
  return { setting, support: { type: 'not read', reason, fix, protects: false }, drains: false };
}

/** A key that Naru does not read although it protects something. */
export function missingProtection<T>(setting: Setting<T>, { reason, fix }: NotRead): ConfigKey<T> {
  return { setting, support: { type: 'not read', reason, fix, protects: true }, drains: false };
}
