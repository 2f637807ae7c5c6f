import { EnvoyProcess } from '../../dev/envoy-process.ts';
import type { StartEnvoy } from '../../runtime/cold-run.ts';

/** Starts Envoys that live for a moment, with the bootstrap of the others. */
export function freshEnvoys(binary: string): StartEnvoy {
  return ({ nodeId, cluster, socket, onExit }) =>
    EnvoyProcess.start({
      envoy: binary,
      bootstrap: { nodeId, cluster, adsAddress: { path: socket } },
      onEvent: (event) => {
        if (event.type === 'exited') onExit(event.log);
      },
    });
}
