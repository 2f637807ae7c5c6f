// Brings a clone to where it can run: packages, the pinned Envoy, the types read out of it; with --tests also what tests need besides.
// Says a line for each thing it really does. Plain JavaScript for an older Node: before it there may be no other.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { generate, isGenerated } from '../protos/generate.mjs';
import { fetchEnvoy, fetchOlderEnvoy, ownEnvoy } from './envoy.mjs';

const root = resolve(import.meta.dirname, '..');
const nodeVersion = /^v24\./;

// Standard output belongs to the command that comes after.
const say = (line) => console.error(line);

function lockHash() {
  return createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
}

const node = join(root, 'node_modules/.bin/node');
const marker = join(root, 'node_modules/.lock-sha256');

function installedNode() {
  return spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout?.trim() || 'missing';
}

/** Installs what package-lock.json says, unless that was done. The marker is inside node_modules, so it goes when that goes. */
function installPackages() {
  const hash = lockHash();
  if (existsSync(node) && existsSync(marker) && readFileSync(marker, 'utf8') === hash) return;
  say('installing packages');
  const install = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const { status, error } = spawnSync('npm', install, { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  if (status !== 0) throw new Error(`npm ci failed: ${error?.message ?? 'its own message stands above'}`);
  const version = installedNode();
  if (!nodeVersion.test(version)) {
    throw new Error(
      `node_modules/.bin/node is ${version}, not v24: the package "node" has an install script that puts it there.\n` +
        'Allow install scripts (`npm config get ignore-scripts` should say false) and run npm run setup again.',
    );
  }
  writeFileSync(marker, hash);
}

/** The pinned Envoy or, where it cannot be fetched, the developer's own; generate() refuses one of another version. */
async function envoyForTypes() {
  try {
    return await fetchEnvoy(say);
  } catch (error) {
    const own = ownEnvoy();
    if (own === undefined) throw error;
    say(`${error.message.split('\n')[0]}\nreading types from ${own} instead`);
    return own;
  }
}

async function generateTypes() {
  if (isGenerated() && ownEnvoy() !== undefined) return;
  const envoy = await envoyForTypes();
  if (isGenerated()) return;
  say('generating src/proto/gen from the messages of Envoy');
  generate(envoy);
}

try {
  installPackages();
  await generateTypes();
  if (process.argv.includes('--tests')) {
    await fetchOlderEnvoy(say);
    (await import('./gateway-api.mjs')).gatewayDefinitions('standard');
    await (await import('./control-plane.mjs')).controlPlane();
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}
