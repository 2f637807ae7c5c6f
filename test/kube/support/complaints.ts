import type { Kind } from '../../../src/kube/objects.ts';
import { read } from '../../../src/kube/read.ts';

/** `field: sentence fix` of each problem. */
export function complaints(kind: Kind, raw: unknown): readonly string[] {
  const reading = read(kind, raw);
  if (reading.ok) return [];
  return reading.problems.map(({ source, message, fix }) => `${source.field ?? ''}: ${message}${fix === undefined ? '' : ` ${fix}`}`);
}
