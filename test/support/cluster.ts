import { after } from 'node:test';
import { type ControlPlane, startControlPlane } from './control-plane.ts';

let shared: Promise<ControlPlane> | undefined;

/** The one Kubernetes control plane that the tests of a run share; each test takes a namespace of its own. */
export function sharedControlPlane(): Promise<ControlPlane> {
  shared ??= startControlPlane();
  return shared;
}

after(async () => (await shared)?.stop());
