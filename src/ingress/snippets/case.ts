import { type HeaderEdits, joinPolicies, type RoutePolicy } from '../../model/route-policy.ts';
import type { Conditions, RouteAction } from '../../model/route.ts';

/** What a snippet asks for of some requests. */
export interface SnippetCase {
  readonly conditions: Conditions;
  readonly policy: SnippetPolicy;
  /** They are answered at once. */
  readonly answer?: Extract<RouteAction, { readonly type: 'answer' }>;
}

/** Of what there is only one, the snippet's comes before the annotations'. */
export type SnippetPolicy = Pick<RoutePolicy, 'requestHeaders' | 'responseHeaders' | 'rewrite' | 'clientAddresses'>;

export function joinConditions(a: Conditions, b: Conditions): Conditions {
  const lists = {
    ...joined('request', a, b),
    ...joined('headers', a, b),
    ...joined('query', a, b),
    ...joined('cookies', a, b),
  };
  return { ...a, ...b, ...lists };
}

function joined<K extends 'request' | 'headers' | 'query' | 'cookies'>(key: K, a: Conditions, b: Conditions): Pick<Conditions, K> | object {
  const [one, other] = [a[key], b[key]];
  return one === undefined || other === undefined ? {} : { [key]: [...one, ...other] };
}

/** A snippet keeps out whom either keeps out; where both say who may pass, the first decides, as in nginx, where its `deny all` comes first. */
export function joinSnippetPolicies(first: RoutePolicy, then: SnippetPolicy): RoutePolicy {
  const [a, b] = [first.clientAddresses, then.clientAddresses];
  const policy = joinPolicies([first, then]);
  if (a === undefined || b === undefined) return policy;
  const allow = a.allow ?? b.allow;
  const deny = [...(a.deny ?? []), ...(b.deny ?? [])];
  return { ...policy, clientAddresses: { ...(allow && { allow }), ...(deny.length > 0 && { deny }) } };
}

export type Edits = Pick<SnippetPolicy, 'requestHeaders' | 'responseHeaders' | 'rewrite'>;

export function requestEdits(requestHeaders: HeaderEdits): Edits {
  return { requestHeaders };
}

export function answerEdits(responseHeaders: HeaderEdits): Edits {
  return { responseHeaders };
}
