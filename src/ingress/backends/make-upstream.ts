import { objectKey } from '../../kube/event.ts';
import type { Upstream } from '../../model/upstream.ts';
import type { Read } from '../../store/derived-table.ts';
import type { Key } from '../../store/table.ts';
import type { World } from '../../store/world.ts';
import type { Backend } from './backend.ts';
import type { IngressOptions } from '../options.ts';

/** The upstream that these backends stand for: they are equal in what it is made of. */
export function makeUpstream(
  key: Key,
  backends: readonly Backend[],
  read: Read,
  world: World,
  { topologyAwareRouting, compatibility }: IngressOptions,
): Upstream | undefined {
  const backend = backends.find(({ ok }) => ok);
  if (backend?.ok !== true) return undefined;
  const { namespace, service } = backend.to;
  const isSticky =
    compatibility === 'kubernetes' && read.get(world.objects.Service, objectKey(namespace, service))?.spec.sessionAffinity === 'ClientIP';
  return {
    key,
    ...backend.to,
    ...(isSticky ? { sticky: 'client-address' } : {}),
    ...(topologyAwareRouting && !isSticky ? { preferZone: true } : {}),
    sources: [{ kind: 'Service', namespace, name: service }],
  };
}
