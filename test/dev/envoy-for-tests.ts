import { findEnvoy } from '../../src/dev/find-envoy.ts';

/** Path of the Envoy that the tests run; a machine without one fails them rather than skips them. */
export async function envoyForTests(): Promise<string> {
  const envoy = await findEnvoy();
  if (!envoy.found) throw new Error(envoy.message);
  return envoy.path;
}
