import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

const inPackage = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//;
const notice = /^(licen[cs]e|copying|notice)/i;

/** The licences of the packages that these files are from, as their copies must carry them. Throws for one that names none. */
export function licencesOf(root: string, files: readonly string[]): string {
  const folders = new Set(files.map((file) => inPackage.exec(file)?.[1]).filter((folder) => folder !== undefined));
  const parts = [...folders].toSorted().map((folder) => licenceOf(join(root, folder)));
  return `Packages whose code is in these files, and their licences.\n\n${parts.join('\n')}`;
}

function licenceOf(folder: string): string {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  if (license === undefined) throw new Error(`${folder} names no licence.`);
  const texts = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && notice.test(entry.name))
    .map((entry) => `${readFileSync(join(folder, entry.name), 'utf8').trim()}\n`);
  return `${'='.repeat(80)}\n${name} ${version}: ${license}\n\n${texts.join('\n')}`;
}
