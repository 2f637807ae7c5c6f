import { createHash, hash } from 'node:crypto';
import type { Snapshot } from '../snapshot.ts';
import { format, storedTypes } from './stored-snapshot.ts';

const newline = Buffer.from('\n');

/**
 * The bytes of a file, piece by piece, so that whoever writes them can let others run in between:
 *
 *     {"format":"naru-last-good","version":1,"fleet":…}      what it is
 *     {"type":…,"name":…,"size":123,"sha256":…,…}            a line for each resource, then its bytes
 *     …123 bytes…
 *     {"sha256":…}                                           of everything above
 */
export function* encodeSnapshot({ fleet, hash: id, cause, time, resources }: Snapshot, keys: boolean): Generator<Buffer> {
  const digest = createHash('sha256');
  const types = storedTypes(keys);
  const count = types.reduce((sum, type) => sum + resources[type].size, 0);
  const header = line({ ...format, fleet, hash: id, cause, time, keys, resources: count });
  digest.update(header);
  yield header;
  for (const type of types) {
    for (const { name, version, bytes, references, sources } of resources[type].values()) {
      const sha256 = hash('sha256', bytes, 'base64url');
      for (const piece of [line({ type, name, version, size: bytes.length, sha256, references, sources }), bytes, newline]) {
        digest.update(piece);
        yield piece;
      }
    }
  }
  yield line({ sha256: digest.digest('base64url') });
}

function line(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`);
}
