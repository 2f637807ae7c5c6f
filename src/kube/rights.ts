import type { Connection } from './connection.ts';
import { servedResources } from './api/discovery.ts';
import { write } from './api/write.ts';
import { kindNames, kinds } from './kinds.ts';

/** Something that an account may do, or not. */
export interface Right {
  readonly verb: string;
  /** Empty: the core group. */
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
}

/** What is written besides what is read. */
const written: readonly Right[] = [
  { verb: 'patch', group: 'networking.k8s.io', resource: 'ingresses', subresource: 'status' },
  { verb: 'create', group: 'events.k8s.io', resource: 'events' },
];

const idleMs = 10_000;

/**
 * Which rights a ServiceAccount (`namespace/name`) lacks for the kinds that the API server has. Needs the right to ask:
 * https://kubernetes.io/docs/reference/access-authn-authz/authorization/#checking-api-access
 */
export async function missingRights(
  connection: Connection,
  account: string,
): Promise<{ readonly missing: readonly Right[]; readonly asked: number }> {
  const wanted = [...(await readRights(connection)), ...written];
  const allowed = await Promise.all(wanted.map((right) => isAllowed(connection, account, right)));
  return { missing: wanted.filter((_, index) => allowed[index] !== true), asked: wanted.length };
}

/** ConfigMaps are read by their names, in namespaces that only settings tell. */
async function readRights(connection: Connection): Promise<readonly Right[]> {
  const all = kindNames.map((kind) => kinds[kind]).filter(({ byName }) => byName !== true);
  const rights = await Promise.all(
    all.map(async ({ apiVersion, path, optional }): Promise<readonly Right[]> => {
      const resource = path.slice(path.lastIndexOf('/') + 1);
      const options = { signal: AbortSignal.timeout(idleMs), idleMs };
      if (optional === true && !(await servedResources(connection, apiVersion, options)).has(resource)) return [];
      const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : '';
      return ['list', 'watch'].map((verb) => ({ verb, group, resource }));
    }),
  );
  return rights.flat();
}

async function isAllowed(connection: Connection, account: string, right: Right): Promise<boolean> {
  const [namespace = '', name = ''] = account.split('/');
  const spec = {
    user: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
    resourceAttributes: right,
  };
  const review = await write(connection, 'create', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec,
  });
  return (review as { readonly status?: { readonly allowed?: boolean } }).status?.allowed === true;
}
