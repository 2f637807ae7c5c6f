// The layering of src/, as a table. An import that is not in the table fails.
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, sep } from 'node:path';
import { test } from 'node:test';

interface Layer {
  readonly imports: readonly string[];
  /** Layers of which only types may be imported. */
  readonly types?: readonly string[];
  readonly packages?: readonly string[];
}

const layers: Readonly<Record<string, Layer>> = {
  model: { imports: [] },
  proto: { imports: [], packages: ['@grpc/grpc-js', 'protobufjs'] },
  kube: { imports: ['model'], packages: ['rxjs', 'zod', 'yaml', 'chokidar', '@kubernetes/client-node'] },
  store: { imports: ['kube'], types: ['model'] },
  ingress: { imports: ['model', 'store', 'kube'], packages: ['re2js'] },
  gateway: { imports: ['model', 'store', 'kube', 'ingress'] },
  infrastructure: { imports: [], packages: ['yaml'] },
  migrate: { imports: ['model'] },
  snapshot: { imports: [], types: ['model', 'store'] },
  xds: { imports: ['model', 'store', 'proto', 'snapshot'] },
  ads: { imports: ['snapshot', 'proto'], types: ['model'], packages: ['@grpc/grpc-js', 'rxjs'] },
  authz: { imports: ['model', 'proto'], packages: ['@grpc/grpc-js', 'bcryptjs', 'apache-md5', 'unixcrypt'] },
  explain: { imports: ['model', 'proto', 'snapshot', 'xds'], packages: ['re2js'] },
  status: { imports: ['model'], types: ['store', 'kube', 'ads'] },
  debug: { imports: ['model', 'snapshot', 'proto', 'explain'], types: ['ads'], packages: ['hono', '@hono/node-server', 'prom-client'] },
  dev: { imports: ['model', 'kube'], packages: ['rxjs', 'yaml'] },
  runtime: {
    imports: ['kube', 'store', 'ingress', 'gateway', 'xds', 'snapshot', 'ads', 'status', 'debug', 'model', 'infrastructure'],
    types: ['explain'],
    packages: ['rxjs', '@peculiar/x509', 'reflect-metadata'],
  },
  cli: {
    imports: [
      'runtime',
      'explain',
      'authz',
      'dev',
      'kube',
      'ads',
      'snapshot',
      'debug',
      'model',
      'ingress',
      'gateway',
      'infrastructure',
      'migrate',
      'settings.ts',
      'settings',
    ],
    types: ['xds'],
    packages: ['commander', 'rxjs', 'yaml', 'pino', '@grpc/grpc-js'],
  },
  'settings.ts': { imports: ['settings', 'ingress', 'gateway'], types: ['kube', 'status', 'xds'], packages: ['commander'] },
  settings: { imports: ['gateway', 'kube'], types: ['xds'], packages: ['commander'] },
  'main.ts': { imports: ['cli'] },
};

interface Import {
  readonly specifier: string;
  readonly typeOnly: boolean;
}

const importLine =
  /^\s*(?:import|export)\s+(?<type>type\s)?[^'";]*?from\s*['"](?<from>[^'"]+)['"]|^\s*import\s*['"](?<bare>[^'"]+)['"]|\bimport\(\s*['"](?<lazy>[^'"]+)['"]/gm;

function importsOf(file: string): Import[] {
  return [...readFileSync(file, 'utf8').matchAll(importLine)].map(({ groups }) => ({
    specifier: groups?.['from'] ?? groups?.['bare'] ?? groups?.['lazy'] ?? '',
    typeOnly: groups?.['type'] !== undefined,
  }));
}

function layerOf(file: string): string {
  return file.split(sep)[1] ?? '';
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

/** What is wrong with an import, or undefined. */
function objection(file: string, layer: string, rules: Layer, { specifier, typeOnly }: Import): string | undefined {
  if (specifier.startsWith('node:')) return undefined;
  if (!specifier.startsWith('.')) {
    return rules.packages?.includes(packageOf(specifier)) === true ? undefined : `${file} may not import the package ${specifier}`;
  }
  const target = layerOf(normalize(join(dirname(file), specifier)));
  if (target === layer || rules.imports.includes(target)) return undefined;
  if (typeOnly && rules.types?.includes(target) === true) return undefined;
  return `${file} may not import from src/${target} (${specifier})`;
}

const files = globSync('src/**/*.ts').filter((file) => !file.includes(join('proto', 'gen')));

test('every import of src/ goes in a direction that the table allows', () => {
  const objections = files.flatMap((file) => {
    const layer = layerOf(file);
    const rules = layers[layer];
    if (rules === undefined) return [`src/${layer} is not in the table`];
    return importsOf(file).flatMap((found) => objection(file, layer, rules, found) ?? []);
  });
  assert.deepEqual(objections, []);
});

test('RxJS is subscribed to only where a stream begins or ends', () => {
  const allowed = new Set(['cli', 'ads', 'dev', 'runtime', 'kube']);
  const subscribers = files.filter((file) => readFileSync(file, 'utf8').includes('.subscribe(') && !allowed.has(layerOf(file)));
  assert.deepEqual(subscribers, []);
});

test('no file is called after everything or nothing', () => {
  const vague = files.filter((file) => /(?:^|[-/])(?:utils?|helpers?|common|misc|(?<!connection-)manager)\.ts$/.test(file));
  assert.deepEqual(vague, []);
});

test('hooks of a test file stand in a describe', () => {
  // All files run in one process, in which hooks of the root run before the first test of all and after the last.
  const rooted = globSync('test/**/*.test.ts').filter((file) => /^(?:before|after)(?:Each)?\(/m.test(readFileSync(file, 'utf8')));
  assert.deepEqual(rooted, []);
});
