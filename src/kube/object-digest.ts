import { hash } from 'node:crypto';
import type { KubeObject } from './objects.ts';

/**
 * A hash of what somebody has written into an object, as far as Naru reads it: equal for the object as an API server has it and as
 * Naru knows it, whatever was written into its status.
 */
export function objectDigest({ metadata, ...object }: KubeObject): string {
  const { name, namespace, labels, annotations } = metadata;
  const { status: _status, ...written } = object as Readonly<Record<string, unknown>>;
  return hash('sha256', JSON.stringify({ name, namespace, labels, annotations, ...written }, sortKeys), 'base64url').slice(0, 22);
}

function sortKeys(_: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
