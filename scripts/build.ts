// Makes dist/: the program in few files, with the packages that it uses in them. Finding and linking a thousand modules takes longer than what most verbs do.
import { createHash } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build as bundle, type BuildOptions, type Plugin } from 'esbuild';
import { serverVerbs } from '../src/cli/server-verbs.ts';
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

/** Imports at run time that lead to other files of dist/. */
function elsewhere(files: Readonly<Record<string, string>>): Plugin {
  return {
    name: 'elsewhere',
    setup(build) {
      build.onResolve({ filter: /./ }, ({ path, kind }) => {
        const file = kind === 'dynamic-import' ? files[path] : undefined;
        return file === undefined ? undefined : { path: file, external: true };
      });
    },
  };
}

/** What short verbs seldom need, and which needs nothing of theirs. */
const apart = { './kube-config.ts': './kube-config.js', '@peculiar/x509': './x509.js', 'reflect-metadata': './reflect-metadata.js' };

/** Never imported there: their verbs are those of the whole program. */
const servers = Object.fromEntries(serverVerbs.map((verb) => [`../${verb}.ts`, './program.js']));

const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  external: ['undici'],
  // The other form has no names that an import at run time could find.
  alias: { '@peculiar/x509': '@peculiar/x509/build/x509.es.js' },
} as const satisfies BuildOptions;
const plugins = [builtinModules, onlyDefinitions, fetchWhenUsed];
// Packages that are CommonJS may call it. Made when that happens: there is one for each file.
const requireFrom = (from: string) => `const require = (name) => process.getBuiltinModule('node:module').createRequire(${from})(name);`;

rmSync(dist, { recursive: true, force: true });
mkdirSync(dist);
const { metafile } = await bundle({
  ...common,
  plugins,
  entryPoints: {
    program: 'src/cli/program.ts',
    'kube-config': 'src/kube/kube-config.ts',
    x509: '@peculiar/x509',
    'reflect-metadata': 'reflect-metadata',
  },
  outdir: 'dist/src',
  splitting: true,
  format: 'esm',
  banner: { js: requireFrom('import.meta.url') },
});

const { metafile: first } = await bundle({
  ...common,
  plugins: [...plugins, elsewhere({ './cli/program.ts': './program.js' })],
  entryPoints: ['src/main.ts'],
  outdir: 'dist/src',
  format: 'esm',
});

// Verbs that soon end are one file: finding thirty takes longer, and V8's code for it is kept whole (src/cli/kept-code.ts).
const { outputFiles, metafile: short } = await bundle({
  ...common,
  plugins: [...plugins, elsewhere({ ...apart, ...servers })],
  entryPoints: ['src/cli/program.ts'],
  write: false,
  format: 'cjs',
  minifyWhitespace: true,
  lineLimit: 200,
  define: { 'import.meta.url': 'moduleUrl' },
  banner: { js: `${requireFrom('__filename')}\nconst moduleUrl = process.getBuiltinModule('node:url').pathToFileURL(__filename).href;` },
});
for (const { contents, text } of outputFiles) {
  const code = text.replaceAll(/\bimport\(("\.[^"]*")\)/g, 'importAt(new URL($1, moduleUrl).href)');
  writeFileSync(join(dist, 'src/short-program.cjs'), `// ${createHash('sha256').update(contents).digest('hex').slice(0, 16)}\n${code}`);
}

const inOutput = [metafile, first, short].flatMap(({ outputs }) => Object.values(outputs)).flatMap(({ inputs }) => Object.keys(inputs));
writeFileSync(join(dist, 'licences.txt'), licencesOf(root, [...new Set(inOutput)]));
