// Makes dist/: the program in few files, with the packages that it uses in them. Finding and linking a thousand modules takes longer than what most verbs do.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build as bundle, type Plugin } from 'esbuild';
import { builtinModules } from './builtin-modules.ts';
import { licencesOf } from './licences.ts';

const root = resolve(import.meta.dirname, '..');
const dist = join(root, 'dist');

/** The library does not say that its modules only define things; without that all its clients, 16 MB, would be in. */
const onlyDefinitions: Plugin = {
  name: 'only-definitions',
  setup(build) {
    const seen = Symbol('seen');
    build.onResolve({ filter: /./ }, async ({ path, importer, kind, resolveDir, pluginData }) => {
      if (pluginData === seen || !`${path} ${importer}`.includes('@kubernetes/client-node')) return undefined;
      const found = await build.resolve(path, { importer, kind, resolveDir, pluginData: seen });
      return found.path.includes('@kubernetes/client-node') ? { ...found, sideEffects: false } : found;
    });
  },
};

/** The library has 1.4 MB of a `fetch` for agents that only its own clients ask for: read when somebody does. */
const fetchWhenUsed: Plugin = {
  name: 'fetch-when-used',
  setup(build) {
    build.onResolve({ filter: /^undici$/ }, ({ path, importer }) =>
      importer.includes('@kubernetes/client-node') ? { path, namespace: 'when-used' } : undefined,
    );
    build.onLoad({ filter: /./, namespace: 'when-used' }, ({ path }) => {
      const names = ['Agent', 'ProxyAgent', 'fetch'].map((name) => `get ${name}() { return require('${path}').${name}; }`);
      return { contents: `module.exports = { ${names.join(', ')} };` };
    });
  },
};

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
const { metafile } = await bundle({
  absWorkingDir: root,
  entryPoints: ['src/main.ts'],
  outdir: 'dist/src',
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20.19',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  plugins: [builtinModules, onlyDefinitions, fetchWhenUsed],
  external: ['undici'],
  // The other form has no names that an import at run time could find.
  alias: { '@peculiar/x509': '@peculiar/x509/build/x509.es.js' },
  // Packages that are CommonJS may call it. Made when that happens: there is one for each file.
  banner: { js: "const require = (name) => process.getBuiltinModule('node:module').createRequire(import.meta.url)(name);" },
});
const inOutput = Object.values(metafile.outputs).flatMap(({ inputs }) => Object.keys(inputs));
writeFileSync(join(dist, 'licences.txt'), licencesOf(root, inOutput));
