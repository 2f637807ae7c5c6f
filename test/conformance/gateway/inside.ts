// What run.ts starts in namespaces of its own.
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type ControlPlane, startControlPlane } from '../../support/control-plane.ts';
import { envoyForTests } from '../../dev/envoy-for-tests.ts';
import { eventually } from '../../support/eventually.ts';
import { installGatewayApi } from '../../support/gateway-definitions.ts';
import { Served } from '../../support/serve.ts';
import { PlayedNode } from './played-node.ts';
import { PodNetwork } from './pod-network.ts';
import { outputFolder, programs } from './programs.ts';
import { PlayedLoadBalancer } from './played-load-balancer.ts';
import { writeReport } from './report.ts';
import { className, type Infrastructure, runSuite } from './suite.ts';

const pool = '127.10.0.0/16';
const ownFlag = '-own';

interface GatewayClass {
  readonly status?: { readonly supportedFeatures?: readonly object[] };
}

/** Served when Naru has said in its status what it supports: the suite asks that first, and only once. */
async function makeClass(control: ControlPlane, infrastructure: Infrastructure): Promise<void> {
  const kinds = '/apis/gateway.networking.k8s.io/v1/gatewayclasses';
  const annotations = { 'naru.io/gateway-infrastructure': infrastructure };
  const object = { metadata: { name: className, annotations }, spec: { controllerName: 'naru.io/gateway-controller' } };
  await control.call('POST', kinds, { apiVersion: 'gateway.networking.k8s.io/v1', kind: 'GatewayClass', ...object });
  const served = async () => ((await control.call('GET', `${kinds}/${className}`)) as GatewayClass).status?.supportedFeatures?.[0];
  await eventually('the GatewayClass is served', served, { deadlineMs: 60_000 });
}

/** What it wrote, and what it said of its state, for whoever wants to know why a test failed. */
async function keepTraces(naru: Served): Promise<void> {
  writeFileSync(path.join(outputFolder, 'naru.log'), naru.log);
  writeFileSync(path.join(outputFolder, 'envoy.log'), naru.envoy.log.join('\n'));
  const problems = await naru.debug('/debug/problems').catch(String);
  writeFileSync(path.join(outputFolder, 'problems.json'), JSON.stringify(problems, null, 2));
}

// Named network namespaces are files there; the folder itself belongs to the machine.
execFileSync('mount', ['-t', 'tmpfs', 'tmpfs', '/run']);
const volumes = path.join(outputFolder, 'volumes');
rmSync(volumes, { recursive: true, force: true });
mkdirSync(volumes, { recursive: true });
const network = new PodNetwork();
const infrastructure = process.argv.includes(ownFlag) ? 'own' : 'shared';
const control = await startControlPlane();
const images = [...programs.images, { image: 'envoyproxy/envoy', program: await envoyForTests() }];
const node = new PlayedNode(control, network, { ...programs, images }, volumes);
const balancer = new PlayedLoadBalancer(control);
const playing = [node.play(), balancer.play()];
let naru: Served | undefined;
try {
  await installGatewayApi(control, 'experimental');
  await control.kubectl(['apply', '-f', 'manifests/naru/namespace.yaml']);
  await control.kubectl(['apply', '-f', 'manifests/naru']);
  await control.kubectl(['apply', '-f', 'manifests/gateway-authorities']);
  await control.kubectl(['apply', '-f', 'manifests/gateway-infrastructure']);
  const ads = `${network.gateway}:18000`;
  const served =
    infrastructure === 'own'
      ? ['--ads-address', ads, '--gateway-ads-target', ads, '--ads-insecure', '--listen-address', '0.0.0.0']
      : ['--gateway-address-pool', pool];
  naru = await Served.start(await control.kubeconfigFor('naru-system', 'naru'), served);
  await makeClass(control, infrastructure);
  const flags = process.argv.slice(2).filter((flag) => flag !== ownFlag);
  const passed = await runSuite(control.kubeconfig, infrastructure, flags);
  if (flags.length === 0 && infrastructure === 'shared') writeReport();
  process.exitCode = passed ? 0 : 1;
} finally {
  if (naru !== undefined) await keepTraces(naru);
  node.stop();
  balancer.stop();
  await Promise.all(playing);
  await naru?.stop();
  await control.stop();
}
