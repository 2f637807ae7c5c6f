import { ourselves } from './last-write.ts';
import { readOne, write } from './api/write.ts';
import { failureOf } from './api/failure.ts';
import type { Connection } from './connection.ts';
import { collectionPath, kinds } from './kinds.ts';
import type { RawStatus } from './gateway-objects.ts';
import type { ReachableAt } from './objects.ts';
import type { StatusDraft } from './status-draft.ts';
import { isRecord } from './record.ts';

export interface IngressIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string | undefined;
}

const parameters = new URLSearchParams({ fieldManager: ourselves, force: 'true' }).toString();

/**
 * Says in an Ingress where it is reached. By server-side apply, so that the API server knows whose entry it is; with the
 * uid, so that an Ingress that was made anew under the same name is not taken for the one that was meant (409).
 * An Ingress that is gone needs nothing.
 */
export async function writeIngressAddresses(
  connection: Connection,
  { namespace, name, uid }: IngressIdentity,
  addresses: readonly ReachableAt[],
): Promise<void> {
  const path = `${collectionPath(kinds.Ingress, namespace)}/${encodeURIComponent(name)}/status?${parameters}`;
  const metadata = { namespace, name, ...(uid === undefined ? {} : { uid }) };
  const status = { loadBalancer: { ingress: addresses } };
  try {
    await write(connection, 'apply', path, { apiVersion: kinds.Ingress.apiVersion, kind: 'Ingress', metadata, status });
  } catch (error) {
    if (failureOf(error).status !== 404) throw error;
  }
}

/**
 * Changes the status of an object of the Gateway API, as it is at this moment: the lists in it belong to several programs and are written
 * as a whole, so that a change by another one in between is a conflict (409) and this is tried again. An object that is gone, or another
 * one of its name, needs nothing.
 */
export async function changeStatus(
  connection: Connection,
  { kind, key, uid }: StatusDraft,
  change: (status: RawStatus | undefined) => object | undefined,
): Promise<void> {
  const row = kinds[kind];
  const slash = key.indexOf('/');
  const collection = collectionPath(row, slash < 0 ? undefined : key.slice(0, slash));
  const path = `${collection}/${encodeURIComponent(key.slice(slash + 1))}`;
  const object = await readOne(connection, path);
  if (!isRecord(object) || !isRecord(object['metadata'])) return;
  const { resourceVersion, uid: found } = object['metadata'];
  if (uid !== undefined && found !== uid) return;
  const status = change(isRecord(object['status']) ? object['status'] : undefined);
  if (status === undefined) return;
  await write(connection, 'merge', `${path}/status?fieldManager=naru`, { metadata: { resourceVersion }, status });
}
