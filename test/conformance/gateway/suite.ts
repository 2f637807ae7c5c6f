import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { outputFolder, programs } from './programs.ts';
import { reportFile } from './report.ts';

/** Whose Envoys serve the Gateways: those of all, or some for each. */
export type Infrastructure = 'shared' | 'own';

export const className = 'gateway-conformance';
/** In the pool of Gateways, and not in it. */
const addresses = { usable: '127.10.200.1', unusable: '192.0.2.200' };
const usualFlags: readonly string[] = [
  `-gateway-class=${className}`,
  '-conformance-profiles=GATEWAY-HTTP,GATEWAY-GRPC,GATEWAY-TLS,GATEWAY-TCP,GATEWAY-UDP',
  '-organization=naru',
  '-project=naru',
  '-url=https://naru.io',
  '-version=0.1.0',
  '-contact=https://naru.io',
  '-test.timeout=1h',
  '-test.v',
];
const outcome = /^ {4}--- (?:PASS|FAIL): TestConformance/;

/** Prints at the end a line for each test that ran; all that the suite says is in its log, from the beginning. Resolves to whether everything passed. */
export async function runSuite(kubeconfig: string, infrastructure: Infrastructure, flags: readonly string[]): Promise<boolean> {
  const log = createWriteStream(path.join(outputFolder, 'suite.log'));
  const reporting = flags.length === 0 ? [`-report-output=${reportFile}`] : [];
  const env = { ...process.env, KUBECONFIG: kubeconfig };
  const staticAddresses =
    infrastructure === 'shared' ? [`-usable-address=${addresses.usable}`, `-unusable-address=${addresses.unusable}`] : [];
  const suite = spawn(programs.suite, [...usualFlags, ...staticAddresses, ...reporting, ...flags], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env,
  });
  createInterface(suite.stdout).on('line', (line) => {
    log.write(`${line}\n`);
    if (outcome.test(line)) console.log(line.trim());
  });
  const [code] = (await once(suite, 'close')) as [number | null];
  log.end();
  return code === 0;
}
