import { writeFileSync } from 'node:fs';
import { arch, platform } from 'node:os';
import { gzipSync } from 'node:zlib';
import { typeNames } from '../snapshot/resource.ts';
import { type ArchivedFile, tar } from './bug-report/tar.ts';
import { withoutSecrets } from './bug-report/without-secrets.ts';
import { askForText, askServer } from './live/ask-server.ts';
import type { Asked, Replica } from './live/replica.ts';
import { packageVersion } from './package-version.ts';

export interface BugReportSettings extends Asked {
  readonly output?: string;
  /** Only say what would be in it. */
  readonly list?: boolean;
}

const pages = {
  'snapshots.json': '/debug/snapshots',
  'proxies.json': '/debug/proxies',
  'problems.json': '/debug/problems',
  'canaries.json': '/debug/canaries',
  ...Object.fromEntries(typeNames.map((type) => [`xds/${type}.json`, `/debug/xds/${type}`])),
} as Readonly<Record<string, string>>;

const texts = { 'metrics.txt': '/metrics', 'readyz.txt': '/readyz?verbose' } as const;

/** Writes what somebody needs to look into a problem into one archive, after saying what will be in it. Private keys are not. */
export async function bugReport({ server, output, list }: BugReportSettings): Promise<void> {
  const now = new Date();
  const about = { naru: packageVersion(), node: process.versions.node, platform: `${platform()} ${arch()}`, server };
  const gathered = await Promise.all(server.map((replica) => gather(replica, server.length > 1 ? `${replica.name}/` : '')));
  const files = [{ name: 'about.json', contents: asJson(about) }, ...gathered.flat()];
  const name = `naru-bug-report-${now.toISOString().slice(0, 19).replaceAll(':', '-')}`;
  process.stdout.write(
    `What is in it (without private keys, passwords, and values of headers that are called so; it has names of hosts, objects and addresses):\n`,
  );
  for (const file of files) process.stdout.write(`  ${file.name}  ${file.contents.length} bytes\n`);
  if (list === true) return;
  const path = output ?? `${name}.tar.gz`;
  const within = files.map((file) => ({ ...file, name: `${name}/${file.name}` }));
  writeFileSync(path, gzipSync(tar(within, now)), { mode: 0o600 });
  process.stdout.write(`Written to ${path}. Look through it before you give it away.\n`);
}

async function gather(replica: Replica, folder: string): Promise<readonly ArchivedFile[]> {
  const asked = await Promise.all(
    Object.entries(pages).map(async ([name, path]) => {
      const { body } = await askServer(replica, path);
      return { name: `${folder}${name}`, contents: asJson(withoutSecrets(body)) };
    }),
  );
  const said = await Promise.all(
    Object.entries(texts).map(async ([name, path]) => {
      return { name: `${folder}${name}`, contents: Buffer.from(await askForText(replica, path)) };
    }),
  );
  return [...asked, ...said];
}

function asJson(value: unknown): Buffer {
  return Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
}
