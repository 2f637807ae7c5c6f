import type { ObjectName } from '../../kube/get-object.ts';
import type { Answer, ShownObject } from '../wait/standing.ts';
import { askServer } from './ask-server.ts';
import type { Asked } from './replica.ts';

/** How an object does, by the word of each replica. */
export function askAboutObject({ server }: Asked, { kind, namespace, name }: ObjectName): Promise<readonly Answer[]> {
  const path = `/debug/objects/${kind}/${encodeURIComponent(namespace)}/${encodeURIComponent(name)}`;
  return Promise.all(
    server.map(async (replica) => {
      const { status, body } = await askServer(replica, path);
      return status === 200 ? { server: replica.name, object: body as ShownObject } : { server: replica.name };
    }),
  );
}
