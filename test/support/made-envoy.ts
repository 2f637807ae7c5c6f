import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { choosePort } from '../../src/dev/ports.ts';
import { envoyForTests } from '../dev/envoy-for-tests.ts';
import type { Deployment, Secret } from './made-objects.ts';

/** An Envoy as the Deployment of a Gateway says; the test is its kubelet. `folder`: what it has mounted; `adsPort`: where Naru is. */
export async function startMadeEnvoy({ spec }: Deployment, { data }: Secret, folder: string, adsPort: number): Promise<ChildProcess> {
  mkdirSync(folder);
  for (const [name, content] of Object.entries(data)) writeFileSync(join(folder, name), Buffer.from(content, 'base64'));
  let bootstrap = Buffer.from(data['bootstrap.json'] ?? '', 'base64').toString();
  bootstrap = bootstrap.replaceAll('/etc/naru/ads', folder).replaceAll('/var/run/naru', folder);
  // The name is that of another machine's network.
  bootstrap = bootstrap.replace('"STRICT_DNS"', '"STATIC"');
  bootstrap = bootstrap.replace(
    /\{"address":"naru\.naru-system\.svc","port_value":\d+\}/,
    `{"address":"127.0.0.1","port_value":${adsPort}}`,
  );
  for (const each of [8001, 8002, 8003]) bootstrap = bootstrap.replace(`"port_value":${each}`, `"port_value":${await choosePort(0)}`);
  writeFileSync(join(folder, 'bootstrap.json'), bootstrap);
  const [container] = spec.template.spec.containers;
  const args = container?.args.map((arg) => arg.replaceAll('/etc/envoy', folder).replaceAll('$(POD_NAME)', 'web-own-0')) ?? [];
  const child = spawn(await envoyForTests(), [...args, '--concurrency', '1', '--log-level', 'error'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  await once(child, 'spawn');
  return child;
}
