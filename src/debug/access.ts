/** `unknown`: nobody could be asked. */
export type Verdict = 'allowed' | 'not authenticated' | 'forbidden' | 'unknown';

/** Asks whether the owner of a bearer token may read a path. */
export type Review = (token: string, path: string) => Promise<Verdict>;

/** What is to be said to whoever may not; undefined to whoever may. */
export interface Refusal {
  readonly status: 401 | 403 | 503;
  readonly error: string;
}

export async function refusalFor(
  authorization: string | undefined,
  path: string,
  review: Review | undefined,
): Promise<Refusal | undefined> {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (review === undefined) return { status: 403, error: `${path} is for this machine alone.` };
  if (token === undefined)
    return {
      status: 401,
      error: `${path} needs a bearer token of Kubernetes, or comes by kubectl -n naru-system port-forward deploy/naru 9902.`,
    };
  const verdict = await review(token, path);
  if (verdict === 'allowed') return undefined;
  if (verdict === 'unknown') return { status: 503, error: 'The API server, which knows who you are, does not answer.' };
  if (verdict === 'not authenticated') return { status: 401, error: 'The API server does not know this token.' };
  return { status: 403, error: `You may not get the non-resource URL ${path}: bind the ClusterRole naru-debug.` };
}
