import { objectKey } from '../../kube/event.ts';
import { problem, type Problem } from '../../model/problem.ts';
import type { Source } from '../../model/source.ts';
import type { Endpoint, Upstream } from '../../model/upstream.ts';
import type { UpstreamPolicy } from '../../model/upstream-policy.ts';
import type { Read } from '../../store/derived-table.ts';
import type { World } from '../../store/world.ts';
import { addressOf, type Backend } from './backend.ts';

/** The Service's own address as the only endpoint, where a policy wants that and there is one. */
export function serviceAddress(
  upstream: Upstream | undefined,
  { toServiceAddress }: UpstreamPolicy,
  read: Read,
  world: World,
): readonly Endpoint[] | undefined {
  if (toServiceAddress !== true || upstream === undefined || upstream.lookup !== undefined) return undefined;
  const service = read.get(world.objects.Service, objectKey(upstream.namespace, upstream.service));
  const address = service && addressOf(service);
  return address === undefined ? undefined : [{ address, port: upstream.port }];
}

/** Tells of a Service that is to be reached by an address which it does not have. */
export function withoutAddress(backend: Backend & { ok: true }, { toServiceAddress }: UpstreamPolicy, source: Source): readonly Problem[] {
  if (toServiceAddress !== true || backend.hasAddress) return [];
  const { namespace, service } = backend.to;
  return [
    problem('NR507', source, {
      message: `Service ${namespace}/${service} has no address of its own, which service-upstream asks for.`,
      done: 'Its pods take the requests.',
    }),
  ];
}
