import type { Collection } from '../collection.ts';
import type { Connection } from '../connection.ts';
import { valueAt } from '../read.ts';
import { failureOf } from './failure.ts';
import { exchangeJson, type GetOptions } from './request.ts';

/**
 * Whether the API server itself says that it does not have a kind. A 404 alone may come from anything on the way.
 * https://kubernetes.io/docs/concepts/overview/kubernetes-api/#discovery-api
 */
export async function isNotServed(connection: Connection, { apiVersion, path }: Collection, options: GetOptions): Promise<boolean> {
  try {
    const resources = valueAt(await exchangeJson(connection, groupPath(apiVersion), options), ['resources']);
    const name = resourceName(path);
    return Array.isArray(resources) && !resources.some((resource) => valueAt(resource, ['name']) === name);
  } catch (error) {
    // The whole group is gone with its last kind.
    return failureOf(error).status === 404;
  }
}

/** The resources of a group and version, such as `httproutes`; none while the server does not say. */
export async function servedResources(connection: Connection, apiVersion: string, options: GetOptions): Promise<ReadonlySet<string>> {
  try {
    const resources = valueAt(await exchangeJson(connection, groupPath(apiVersion), options), ['resources']);
    const names = Array.isArray(resources) ? resources.map((resource) => valueAt(resource, ['name'])) : [];
    return new Set(names.filter((name) => typeof name === 'string'));
  } catch {
    return new Set();
  }
}

function groupPath(apiVersion: string): string {
  return `${apiVersion.includes('/') ? '/apis' : '/api'}/${apiVersion}`;
}

/** `services` of `/api/v1/services`. */
export function resourceName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
