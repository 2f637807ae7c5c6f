import type { Connection } from '../kube/connection.ts';
import type { RawStatus } from '../kube/gateway-objects.ts';
import { changeStatus } from '../kube/status-writes.ts';
import type { GatewayStatusOptions } from '../status/gateway-status-writer.ts';
import type { Objection } from '../status/merge-status.ts';
import type { Key } from '../store/table.ts';
import { objectsOf } from '../xds/answering-host.ts';
import type { Build } from './build.ts';
import { describeReplacement, nameOf, wordsOf } from './refusal-problems.ts';

/** What the writer of statuses knows of a build, and how it writes. */
export function gatewayStatusSources(
  build: Build,
  connection: Connection,
  obstacle: (gateway: Key) => string | undefined,
): Pick<GatewayStatusOptions, 'controllerName' | 'draft' | 'status' | 'since' | 'objection' | 'write'> {
  const { world, gateway, gatewayProgress, assembly } = build;
  return {
    controllerName: gateway.controllerName,
    draft: (key) => gateway.statuses.drafts.get(key),
    status: ({ kind, key }): RawStatus | undefined => {
      const object = world.objects[kind].get(key);
      return object !== undefined && 'status' in object ? object.status : undefined;
    },
    since: (key) => (assembly.putAside().has(key) ? Infinity : (gatewayProgress.since(key) ?? Infinity)),
    objection: (key) => {
      const message = key.startsWith('Gateway ') ? obstacle(key.slice('Gateway '.length)) : undefined;
      return message === undefined
        ? refusalOf(build, key)
        : { reason: 'NoResources', message: `What it needs could not be made: ${message}.` };
    },
    write: (draft, change) => changeStatus(connection, draft, change),
  };
}

function refusalOf({ assembly }: Build, key: Key): Objection | undefined {
  if (!assembly.putAside().has(key)) return undefined;
  const row = assembly.quarantined().find(({ refusal }) => refusal !== undefined && objectsOf(refusal).includes(key));
  if (row?.refusal === undefined) return undefined;
  // The words with which the Gateway API wants these messages to begin.
  const way = row.replacement.type.startsWith('accepted') ? 'Fall Back' : 'Dropped Rule';
  return {
    reason: 'Invalid',
    message: `${way}: Envoy ${row.refusal.proxy} refused ${nameOf(row)}: ${wordsOf(row.refusal)} ${describeReplacement(row)}`,
  };
}
