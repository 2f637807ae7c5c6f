// Builds, once, the Kubernetes control plane that the cluster tests run against, and says where it is.
// Plain JavaScript for an older Node, so that it can run before anything is installed.
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, mkdir, readdir, readFile, readlink, rename, rm, symlink } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const repository = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const moduleFolder = path.join(repository, 'test/cluster/control-plane');
const toolsFolder = path.join(repository, '.tools/control-plane');
const binaryName = 'naru-test-control-plane';

// Without these the server calls itself v0.0.0, and clients that look at the version misbehave.
const version = {
  gitVersion: 'v1.36.3',
  gitMajor: '1',
  gitMinor: '36',
  gitCommit: 'unknown',
  gitTreeState: 'archive',
  buildDate: '2026-07-22T18:07:38Z',
};
const linkerFlags = [
  '-s',
  '-w',
  ...Object.entries(version).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`),
].join(' ');
const buildFlags = ['-trimpath', '-buildvcs=false', '-mod=readonly', `-ldflags=${linkerFlags}`];
const environment = { GOTOOLCHAIN: 'local', CGO_ENABLED: '0' };

/** The path of the control plane's binary, built first when it is not there yet. */
export async function controlPlane() {
  const hash = await sourceHash();
  const binary = path.join(toolsFolder, hash, binaryName);
  if (await exists(binary)) return binary;
  await requireGo();
  await mkdir(toolsFolder, { recursive: true });
  await withLock(path.join(toolsFolder, `${hash}.lock`), async () => {
    if (!(await exists(binary))) await build(binary);
  });
  await removeOthers(hash);
  return binary;
}

async function sourceHash() {
  const hash = createHash('sha256');
  for (const file of ['go.mod', 'go.sum', 'main.go']) {
    hash.update(await readFile(path.join(moduleFolder, file)));
  }
  hash.update(JSON.stringify([buildFlags, environment, process.platform, process.arch]));
  return hash.digest('hex').slice(0, 16);
}

async function build(binary) {
  const unfinished = path.join(toolsFolder, `unfinished-${process.pid}`);
  const stopReporting = reportProgress('building the Kubernetes test control plane, once');
  try {
    await run('go', ['build', ...buildFlags, '-o', unfinished, '.']);
    await mkdir(path.dirname(binary), { recursive: true });
    await rename(unfinished, binary);
  } finally {
    stopReporting();
    await rm(unfinished, { force: true });
  }
}

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: moduleFolder,
      env: { ...process.env, ...environment },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const killChild = () => child.kill();
    process.once('exit', killChild);
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      errors = (errors + text).slice(-4000);
    });
    child.once('error', reject);
    child.once('close', (code, signal) => {
      process.removeListener('exit', killChild);
      if (code === 0) resolve();
      else reject(new Error(`building the Kubernetes test control plane failed (${signal ?? `exit ${code}`}):\n${errors}`));
    });
  });
}

async function requireGo() {
  const [, needed] = /^go (\d+\.\d+)/m.exec(await readFile(path.join(moduleFolder, 'go.mod'), 'utf8'));
  const advice =
    `Install Go ${needed} or newer (https://go.dev/dl/) and put it on the PATH: ` +
    'the cluster tests run against a real Kubernetes API server, which is built from source once.';
  let output;
  try {
    // Outside the module's folder, where a Go that is too old would refuse even to name its version.
    ({ stdout: output } = await promisify(execFile)('go', ['version'], { cwd: '/', env: { ...process.env, ...environment } }));
  } catch (error) {
    if (error.code === 'ENOENT') throw new Error(`Go is not installed. ${advice}`, { cause: error });
    throw new Error(`Go does not run (${error.message.trim()}). ${advice}`, { cause: error });
  }
  const found = /\bgo(\d+)\.(\d+)/.exec(output);
  const [major, minor] = needed.split('.').map(Number);
  // A development build carries no number; it is newer than any release.
  if (found && (Number(found[1]) - major || Number(found[2]) - minor) < 0) {
    throw new Error(`Go is too old (${output.trim()}). ${advice}`);
  }
}

/** Several test files may start at once; one builds, the others wait for it. */
async function withLock(file, action) {
  const stopReporting = reportProgress(`waiting for the process that builds the Kubernetes test control plane (${file})`);
  try {
    while (!(await takeLock(file))) {
      if (await isAbandoned(file)) await rm(file, { force: true });
      else await delay(500);
    }
  } finally {
    stopReporting();
  }
  try {
    await action();
  } finally {
    await rm(file, { force: true });
  }
}

/** The lock is a symbolic link to its owner's process id: made in one step, never seen half-written. */
async function takeLock(file) {
  try {
    await symlink(String(process.pid), file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

async function isAbandoned(file) {
  try {
    process.kill(Number(await readlink(file)), 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}

function reportProgress(what) {
  const start = performance.now();
  const timer = setInterval(() => {
    const seconds = Math.round((performance.now() - start) / 1000);
    process.stderr.write(`${what}: ${seconds} s (usually 5 to 12 min)…\n`);
  }, 15_000);
  return () => clearInterval(timer);
}

/** A binary is 130 MB, so those of earlier sources go. */
async function removeOthers(hash) {
  for (const entry of await readdir(toolsFolder)) {
    if (/^[0-9a-f]{16}$/.test(entry) && entry !== hash) {
      await rm(path.join(toolsFolder, entry), { recursive: true, force: true });
    }
  }
}

async function exists(file) {
  return access(file).then(
    () => true,
    () => false,
  );
}

if (process.argv[1] && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  try {
    console.log(await controlPlane());
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
