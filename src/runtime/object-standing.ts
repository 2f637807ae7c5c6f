import type { ObjectStanding } from '../debug/view.ts';
import { objectKey } from '../kube/event.ts';
import { isKind, kindNames } from '../kube/kinds.ts';
import type { Kind } from '../kube/objects.ts';
import { objectDigest } from '../kube/object-digest.ts';
import type { Key } from '../store/table.ts';
import { objectsOf } from '../xds/answering-host.ts';
import type { Build } from './build.ts';
import { describeReplacement } from './refusal-problems.ts';

/** Where an object stands on its way to the Envoys; undefined for one that is not known. `kind` in any case, as in `ingress`. */
export function objectStanding(build: Build, kindName: string, namespace: string, name: string): ObjectStanding | undefined {
  const kind = kindNames.find((one) => one.toLowerCase() === kindName.toLowerCase());
  if (kind === undefined || !isKind(kind)) return undefined;
  const key = objectKey(namespace, name);
  const object = build.world.objects[kind].get(key);
  if (object === undefined) return undefined;
  const id = `${kind} ${key}`;
  const since = kind === 'Ingress' ? build.progress.since(key) : build.gatewayProgress.since(id);
  return {
    ...{ kind, namespace, name },
    digest: objectDigest(object),
    inFolder: object.metadata.origin !== undefined,
    ...(since === undefined ? {} : { since }),
    ...fleetsOf(build, kind, key),
    ...putAside(build, id),
    problems: build.problems().filter(({ source }) => source.kind === kind && objectKey(source.namespace, source.name) === key),
  };
}

function fleetsOf({ assembly, gateway }: Build, kind: Kind, key: Key): Pick<ObjectStanding, 'fleets'> {
  if (kind === 'Ingress') return { fleets: [assembly.fleet] };
  const parents = kind === 'Gateway' ? [key] : gateway.routes.get(`${kind} ${key}`)?.attachments.map((one) => one.gateway);
  if (parents !== undefined) return { fleets: parents.map((parent) => gateway.gateways.get(parent)?.fleet ?? assembly.fleet) };
  if (kind !== 'ListenerSet') return {};
  return { fleets: [gateway.statuses.drafts.get(`${kind} ${key}`)?.fleet ?? assembly.fleet] };
}

function putAside({ assembly }: Build, id: Key): Pick<ObjectStanding, 'held' | 'refusal'> {
  if (!assembly.putAside().has(id)) return { held: false };
  const row = assembly.quarantined().find(({ refusal }) => refusal !== undefined && objectsOf(refusal).includes(id));
  if (row?.refusal === undefined) return { held: true };
  const { proxy, message } = row.refusal;
  return { held: true, refusal: { proxy, message, replacedBy: describeReplacement(row) } };
}
