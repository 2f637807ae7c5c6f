import { readOne, write } from './api/write.ts';
import { failureOf } from './api/failure.ts';
import type { Connection } from './connection.ts';
import { isRecord } from './record.ts';

export interface OwnedName {
  readonly kind: string;
  readonly metadata: { readonly namespace: string; readonly name: string; readonly [field: string]: unknown };
}

/** By what it is known that an object was made by us: the uid of an owner, or annotations. */
export type Mark = { readonly owner: string } | { readonly annotations: Readonly<Record<string, string>> };

const collections: Readonly<Record<string, (namespace: string) => string>> = {
  Secret: (namespace) => `/api/v1/namespaces/${namespace}/secrets`,
  Service: (namespace) => `/api/v1/namespaces/${namespace}/services`,
  Deployment: (namespace) => `/apis/apps/v1/namespaces/${namespace}/deployments`,
  NetworkPolicy: (namespace) => `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`,
};

function pathOf({ kind, metadata: { namespace, name } }: OwnedName): string {
  const collection = collections[kind];
  if (collection === undefined) throw new Error(`Naru makes no ${kind}.`);
  return `${collection(encodeURIComponent(namespace))}/${encodeURIComponent(name)}`;
}

/**
 * Makes an object, or brings it up to date, by server-side apply.
 *
 * @throws Error where there is one of that name without the mark: it is left alone.
 */
export async function applyOwned(connection: Connection, object: OwnedName, mark: Mark): Promise<void> {
  const path = pathOf(object);
  const found = await readOne(connection, path);
  if (found !== undefined && !bears(found, mark)) {
    const { namespace, name } = object.metadata;
    throw new Error(`${object.kind} ${namespace}/${name} exists and is not the Gateway's: rename one of them`);
  }
  await write(connection, 'apply', `${path}?fieldManager=naru&force=true`, object);
}

/** Deletes an object, if it bears the mark. */
export async function removeOwned(connection: Connection, name: OwnedName, mark: Mark): Promise<void> {
  const path = pathOf(name);
  const found = await readOne(connection, path);
  if (found === undefined || !bears(found, mark)) return;
  const preconditions = { uid: metadataOf(found)['uid'] };
  try {
    await write(connection, 'remove', path, { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy: 'Background', preconditions });
  } catch (error) {
    if (failureOf(error).status !== 404) throw error;
  }
}

/** The `data` of a Secret, decoded; undefined: there is none that bears the mark. */
export async function readOwnedSecret(
  connection: Connection,
  metadata: OwnedName['metadata'],
  mark: Mark,
): Promise<Readonly<Record<string, string>> | undefined> {
  const found = await readOne(connection, pathOf({ kind: 'Secret', metadata }));
  if (!bears(found, mark) || !isRecord(found) || !isRecord(found['data'])) return undefined;
  const texts = Object.entries(found['data']).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(texts.map(([name, text]) => [name, Buffer.from(text, 'base64').toString()]));
}

function bears(object: unknown, mark: Mark): boolean {
  const { ownerReferences, annotations } = metadataOf(object);
  if ('owner' in mark)
    return Array.isArray(ownerReferences) && ownerReferences.some((one: unknown) => isRecord(one) && one['uid'] === mark.owner);
  return isRecord(annotations) && Object.entries(mark.annotations).every(([name, value]) => annotations[name] === value);
}

function metadataOf(object: unknown): Readonly<Record<string, unknown>> {
  return isRecord(object) && isRecord(object['metadata']) ? object['metadata'] : {};
}
