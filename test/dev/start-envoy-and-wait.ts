/** Run by a test in a process of its own: starts an Envoy, says where, and stays. */
import { EnvoyProcess } from '../../src/dev/envoy-process.ts';
import { envoyForTests } from './envoy-for-tests.ts';

const envoy = EnvoyProcess.start({
  envoy: await envoyForTests(),
  bootstrap: { nodeId: 'orphan', adsAddress: { host: '127.0.0.1', port: 9 } },
});
process.stdout.write(`${JSON.stringify({ pid: envoy.pid, admin: envoy.admin })}\n`);
process.once('SIGUSR2', () => process.exit(0));
