import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FolderReading, readFolder } from '../../src/kube/folder.ts';
import { certificateFor } from './certificates.ts';

const placeholder = /\$certificate\((?<names>[^)]*)\)|\$key\((?<keyNames>[^)]*)\)/g;

/**
 * Reads YAML text as a folder is read. `$certificate(NAME,…)` and `$key(NAME,…)` stand for a certificate and its key
 * in base64, made on the spot: no private key is kept in the repository.
 */
export async function readManifests(yaml: string): Promise<FolderReading> {
  const folder = mkdtempSync(join(tmpdir(), 'naru-given-'));
  try {
    writeFileSync(join(folder, 'given.yaml'), await fillIn(yaml));
    return await readFolder(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function fillIn(yaml: string): Promise<string> {
  let filled = yaml;
  for (const { 0: whole, groups } of yaml.matchAll(placeholder)) {
    const names = groups?.['names'] ?? groups?.['keyNames'] ?? '';
    const { chain, privateKey } = await certificateFor(names.split(','));
    filled = filled.replace(whole, Buffer.from(groups?.['names'] === undefined ? privateKey : chain).toString('base64'));
  }
  return filled;
}
