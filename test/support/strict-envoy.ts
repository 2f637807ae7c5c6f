import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { envoyForTests } from '../dev/envoy-for-tests.ts';

/** A wildcard becomes an expression that grows with the host's name: a strict Envoy refuses this one, others do not. */
export const refusedHost = `*.${'b'.repeat(60)}.test`;

const runtime = { layered_runtime: { layers: [{ name: 'strict', static_layer: { 're2.max_program_size.error_level': 60 } }] } };

/** Path of a real Envoy that takes small regular expressions only, whatever its bootstrap says. */
export async function strictEnvoy(): Promise<{ readonly path: string; readonly remove: () => void }> {
  const folder = mkdtempSync(join(tmpdir(), 'naru-strict-'));
  const path = join(folder, 'envoy');
  writeFileSync(path, `#!/bin/sh\nexec ${await envoyForTests()} "$@" --config-yaml '${JSON.stringify(runtime)}'\n`, { mode: 0o700 });
  return { path, remove: () => rmSync(folder, { recursive: true }) };
}
