import { write } from './api/write.ts';
import { failureOf } from './api/failure.ts';
import type { Connection } from './connection.ts';
import { collectionPath, kinds } from './kinds.ts';
import type { ReachableAt } from './objects.ts';

export interface IngressIdentity {
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string | undefined;
}

const parameters = new URLSearchParams({ fieldManager: 'naru', force: 'true' }).toString();

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
