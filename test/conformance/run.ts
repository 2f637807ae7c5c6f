// Runs the public conformance suite of Ingress against Naru: a real API server, a real Envoy, the suite's own program, and pods played here.
//
//   git clone https://github.com/kubernetes-sigs/ingress-controller-conformance
//   sudo node test/conformance/run.ts ingress-controller-conformance
//
// Needs Go, and root: pods have addresses of their own, and the suite asks at port 80. Takes about a quarter of an hour.
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startControlPlane } from '../support/control-plane.ts';
import { Served } from '../support/serve.ts';
import { PlayedPods } from './played-pods.ts';

const network = '10.245';
const route = ['local', `${network}.0.0/16`, 'dev', 'lo'];
const edge = `${network}.255.1`;
const node = 'test-node';

const [suite, ...flags] = process.argv.slice(2);
if (suite === undefined) {
  process.stderr.write('usage: node test/conformance/run.ts FOLDER-OF-THE-SUITE [ITS FLAGS]\n');
  process.exit(2);
}

const folder = mkdtempSync(path.join(tmpdir(), 'naru-conformance-'));
const program = path.join(folder, 'suite');
execFileSync('go', ['test', '-c', '-trimpath', '-o', program, '.'], {
  cwd: suite,
  stdio: 'inherit',
  env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' },
});
execFileSync('ip', ['route', 'replace', ...route]);
const control = await startControlPlane();
const pods = new PlayedPods(control, node, network);
const playing = pods.play();
let naru: Served | undefined;
try {
  await control.kubectl(['apply', '-f', 'manifests/naru/namespace.yaml']);
  await control.kubectl(['apply', '-f', 'manifests/naru']);
  const listen = ['--listen-address', edge, '--http-port', '80', '--https-port', '443', '--publish-status-address', edge];
  naru = await Served.start(await control.kubeconfigFor('naru-system', 'naru'), listen);
  await naru.accepted(0);
  const usual = ['-ingress-class', 'naru', '-no-colors', '-wait-time-for-ingress-status', '20s'];
  const env = { ...process.env, KUBECONFIG: control.kubeconfig };
  const tests = spawn(program, [...usual, '-test.timeout', '1h', ...flags], { cwd: suite, stdio: 'inherit', env });
  const [code] = (await once(tests, 'exit')) as [number | null];
  process.exitCode = code ?? 1;
} finally {
  pods.stop();
  await playing;
  await naru?.stop();
  await control.stop();
  execFileSync('ip', ['route', 'del', ...route]);
  rmSync(folder, { recursive: true });
}
