// Says where the custom resource definitions of the Gateway API are: in its Go module, which is fetched when it is not there yet.
// Plain JavaScript for an older Node, so that it can run before anything is installed.
import { execFileSync } from 'node:child_process';
import path from 'node:path';

/** The release that Naru is written for. */
export const gatewayApiVersion = 'v1.6.3';

/** @param {'standard' | 'experimental'} channel */
export function gatewayDefinitions(channel) {
  let output;
  try {
    // Outside any module, so that nothing of this repository is changed.
    output = execFileSync('go', ['mod', 'download', '-json', `sigs.k8s.io/gateway-api@${gatewayApiVersion}`], {
      cwd: '/',
      encoding: 'utf8',
      env: { ...process.env, GOTOOLCHAIN: 'local' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  } catch (error) {
    throw new Error(`The Go module of the Gateway API cannot be fetched: ${error.message}. Install Go (https://go.dev/dl/).`, {
      cause: error,
    });
  }
  return path.join(JSON.parse(output).Dir, 'config/crd', channel);
}
