// Runs the conformance suite of the Gateway API against Naru, as its release has it: `npm run conformance`. Flags are the suite's own,
// such as -run-test=HTTPRouteWeight. Without any, the report of a complete run is written into docs/conformance.md.
//
// Needs Go and Linux with namespaces: the run has a network, processes and mounts of its own, so that it disturbs nobody and leaves nothing behind.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { controlPlane } from '../../../scripts/control-plane.mjs';
import { gatewayDefinitions } from '../../../scripts/gateway-api.mjs';
import { buildPrograms } from './programs.ts';

// What comes from the network comes now: inside there is none.
buildPrograms();
gatewayDefinitions('experimental');
await controlPlane();
const asRoot = process.getuid?.() === 0 ? [] : ['--user', '--map-root-user'];
const own = [...asRoot, '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'];
const inside = path.join(import.meta.dirname, 'inside.ts');
const run = spawn('unshare', [...own, process.execPath, inside, ...process.argv.slice(2)], { stdio: 'inherit' });
// Everything inside goes with it.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => run.kill('SIGKILL'));
const [code] = (await once(run, 'exit')) as [number | null];
process.exitCode = code ?? 1;
