import { X509Certificate } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDefaultCertificate, type SelfSigned } from './default-certificate.ts';

const renewMs = 30 * 86_400_000;

/**
 * The certificate for hosts that have none, the same one after each restart, until it is about to expire: with a new
 * one every time, each restart would be a change for every Envoy.
 */
export async function keptDefaultCertificate(folder: string, log: (line: string) => void): Promise<SelfSigned> {
  const path = join(folder, 'default-certificate.json');
  const kept = await read(path);
  if (kept !== undefined) return kept;
  const made = await makeDefaultCertificate();
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await writeFile(`${path}.new`, JSON.stringify(made), { mode: 0o600, flush: true });
    await rename(`${path}.new`, path);
  } catch (error) {
    log(`the default certificate cannot be kept in ${path}: ${String(error)}`);
  }
  return made;
}

/** Undefined when there is none that can still be used. */
async function read(path: string): Promise<SelfSigned | undefined> {
  try {
    const { chain, privateKey } = JSON.parse(await readFile(path, 'utf8')) as Partial<SelfSigned>;
    if (typeof chain !== 'string' || typeof privateKey !== 'string') return undefined;
    const expires = Date.parse(new X509Certificate(chain).validTo);
    return expires - Date.now() > renewMs ? { chain, privateKey } : undefined;
  } catch {
    return undefined;
  }
}
