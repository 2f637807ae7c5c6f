import { readOne, write } from './api/write.ts';
import type { Connection } from './connection.ts';

export interface OwnedObject {
  readonly kind: string;
  readonly metadata: { readonly namespace: string; readonly name: string; readonly [field: string]: unknown };
}

const collections: Readonly<Record<string, (namespace: string) => string>> = {
  Secret: (namespace) => `/api/v1/namespaces/${namespace}/secrets`,
  Service: (namespace) => `/api/v1/namespaces/${namespace}/services`,
  Deployment: (namespace) => `/apis/apps/v1/namespaces/${namespace}/deployments`,
  NetworkPolicy: (namespace) => `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`,
};

function pathOf({ kind, metadata: { namespace, name } }: OwnedObject): string {
  const collection = collections[kind];
  if (collection === undefined) throw new Error(`Naru makes no ${kind}.`);
  return `${collection(encodeURIComponent(namespace))}/${encodeURIComponent(name)}`;
}

/**
 * Makes an object that belongs to another one (uid `owner`), or brings it up to date, by server-side apply.
 *
 * @throws Error where there is one of that name that belongs to nobody or somebody else: it is left alone.
 */
export async function applyOwned(connection: Connection, object: OwnedObject, owner: string): Promise<void> {
  const path = pathOf(object);
  const found = await readOne(connection, path);
  if (found !== undefined && !ownersOf(found).includes(owner))
    throw new Error(
      `${object.kind} ${object.metadata.namespace}/${object.metadata.name} exists and is not the Gateway's: rename one of them`,
    );
  await write(connection, 'apply', `${path}?fieldManager=naru&force=true`, object);
}

/** The `data` of a Secret, decoded; undefined: there is none that belongs to the owner. */
export async function readOwnedSecret(
  connection: Connection,
  metadata: OwnedObject['metadata'],
  owner: string,
): Promise<Readonly<Record<string, string>> | undefined> {
  const found = await readOne(connection, pathOf({ kind: 'Secret', metadata }));
  if (!ownersOf(found).includes(owner) || !isObject(found) || !isObject(found['data'])) return undefined;
  const texts = Object.entries(found['data']).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return Object.fromEntries(texts.map(([name, text]) => [name, Buffer.from(text, 'base64').toString()]));
}

function ownersOf(object: unknown): readonly unknown[] {
  const metadata = isObject(object) ? object['metadata'] : undefined;
  const references = isObject(metadata) ? metadata['ownerReferences'] : undefined;
  return Array.isArray(references) ? references.map((one: unknown) => (isObject(one) ? one['uid'] : undefined)) : [];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
