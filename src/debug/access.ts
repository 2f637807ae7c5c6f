/** `unknown`: nobody could be asked. */
export type Verdict = 'allowed' | 'not authenticated' | 'forbidden' | 'unknown';

/** As RBAC calls what is done with a non-resource URL. */
export type Verb = 'get' | 'put';

/** Asks whether the owner of a bearer token may read or change what is at a path. */
export type Review = (token: string, path: string, verb: Verb) => Promise<Verdict>;

/** What is to be said to whoever may not; undefined to whoever may. */
export interface Refusal {
  readonly status: 401 | 403 | 503;
  readonly error: string;
}

export async function refusalFor(
  authorization: string | undefined,
  { path, verb }: { readonly path: string; readonly verb: Verb },
  review: Review | undefined,
): Promise<Refusal | undefined> {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (review === undefined && verb === 'get') return { status: 403, error: `${path} is for this machine alone.` };
  if (review === undefined) return { status: 403, error: `Nobody knows here who may ${verb} ${path}.` };
  if (token === undefined) return { status: 401, error: `${needsToken(verb, path)}.` };
  const verdict = await review(token, path, verb);
  if (verdict === 'allowed') return undefined;
  if (verdict === 'unknown') return { status: 503, error: 'The API server, which knows who you are, does not answer.' };
  if (verdict === 'not authenticated') return { status: 401, error: 'The API server does not know this token.' };
  return { status: 403, error: `You may not ${verb} the non-resource URL ${path}: bind the ClusterRole ${roles[verb]}.` };
}

const roles = { get: 'naru-debug', put: 'naru-log-level' } as const;

function needsToken(verb: Verb, path: string): string {
  if (verb !== 'get') return `To ${verb} ${path} needs a bearer token of Kubernetes, from this machine too`;
  return `${path} needs a bearer token of Kubernetes, or comes by kubectl -n naru-system port-forward deploy/naru 9902`;
}
