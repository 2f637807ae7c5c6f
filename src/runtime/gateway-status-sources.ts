import type { Connection } from '../kube/connection.ts';
import type { RawStatus } from '../kube/gateway-objects.ts';
import { changeStatus } from '../kube/status-writes.ts';
import type { GatewayStatusOptions } from '../status/gateway-status-writer.ts';
import type { Build } from './build.ts';

/** What the writer of statuses knows of a build, and how it writes. */
export function gatewayStatusSources(
  build: Build,
  connection: Connection,
): Pick<GatewayStatusOptions, 'controllerName' | 'draft' | 'status' | 'since' | 'write'> {
  const { world, gateway, gatewayProgress, assembly } = build;
  return {
    controllerName: gateway.controllerName,
    draft: (key) => gateway.statuses.drafts.get(key),
    status: ({ kind, key }): RawStatus | undefined => {
      const object = world.objects[kind].get(key);
      return object !== undefined && 'status' in object ? object.status : undefined;
    },
    since: (key) => (assembly.putAside().has(key) ? Infinity : (gatewayProgress.since(key) ?? Infinity)),
    write: (draft, change) => changeStatus(connection, draft, change),
  };
}
