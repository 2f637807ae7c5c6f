import { readAuthorities } from '../ingress/tls/authorities.ts';
import { objectKey } from '../kube/event.ts';
import type { ObjectReference } from '../kube/gateway-objects.ts';
import type { ConfigMap } from '../kube/objects.ts';
import type { Key } from '../store/table.ts';
import type { Referred } from './grants.ts';

export interface AuthorityLookup {
  readonly configMap: (key: Key) => Pick<ConfigMap, 'data'> | undefined;
  readonly mayRefer: (to: Referred) => boolean;
}

export interface AuthorityObjection {
  readonly fault: 'kind' | 'grant' | 'content';
  readonly message: string;
}

/** Certificates of authorities that objects hold, in PEM; without `trusted` there is none that can be used. */
export interface AuthorityReading {
  readonly trusted?: string;
  readonly objections: readonly AuthorityObjection[];
}

/** `own`: the namespace of references that name none. */
export function readAuthorityRefs(refs: readonly ObjectReference[], own: string, lookup: AuthorityLookup): AuthorityReading {
  const found = refs.map((ref) => readOne(ref, own, lookup));
  const trusted = found.flatMap((one) => (typeof one === 'string' ? [one] : []));
  const objections = found.flatMap((one) => (typeof one === 'string' ? [] : [one]));
  return { ...(trusted.length === 0 ? {} : { trusted: trusted.join('') }), objections };
}

function readOne(ref: ObjectReference, own: string, { configMap, mayRefer }: AuthorityLookup): string | AuthorityObjection {
  const { group, kind, name, namespace = own } = ref;
  const key = objectKey(namespace, name);
  if (group !== '' || kind !== 'ConfigMap')
    return { fault: 'kind', message: `Certificates in an object of kind ${kind} cannot be used: name a ConfigMap with ca.crt.` };
  if (!mayRefer({ group, kind, namespace, name }))
    return { fault: 'grant', message: `No ReferenceGrant of namespace ${namespace} allows to use ConfigMap ${key}.` };
  const map = configMap(key);
  if (map === undefined) return { fault: 'content', message: `There is no ConfigMap ${key} that Naru may read.` };
  const trusted = readAuthorities(map.data['ca.crt'] ?? '');
  return trusted ?? { fault: 'content', message: `ca.crt of ConfigMap ${key} holds no certificates that can be read.` };
}
