import { findEnvoy } from '../dev/find-envoy.ts';
import { packageVersion } from './package-version.ts';
import { printData } from './print/print-data.ts';

/** Prints the versions of Naru, of Node and of the Envoy that would be used here. */
export async function printVersions(output: 'text' | 'json' | 'yaml'): Promise<void> {
  const envoy = await findEnvoy();
  const versions = { naru: packageVersion(), node: process.versions.node, envoy: envoy.found ? envoy.version : null };
  if (output !== 'text') return printData(versions, output, process.stdout);
  process.stdout.write(
    `naru ${versions.naru}  Node ${versions.node}  ${envoy.found ? `Envoy ${envoy.version} (${envoy.path})` : 'no Envoy here'}\n`,
  );
  return undefined;
}
