import { createRequire, isBuiltin } from 'node:module';
import type { Plugin } from 'esbuild';

const require = createRequire(import.meta.url);

/**
 * Node's own modules as Node itself sees them. Whoever imports or requires one makes Node read all that it exports, for the module that stands for it,
 * and with that load much that nobody asked for: streams of files, the Web's cryptography. https://nodejs.org/api/process.html#processgetbuiltinmoduleid
 */
export const builtinModules: Plugin = {
  name: 'builtin-modules',
  setup(build) {
    build.onResolve({ filter: /./ }, ({ path, kind }) => {
      if (!isBuiltin(path) || (kind !== 'import-statement' && kind !== 'require-call')) return undefined;
      return { path, namespace: kind === 'require-call' ? 'required' : 'imported', sideEffects: false };
    });
    build.onLoad({ filter: /./, namespace: 'imported' }, ({ path }) => {
      const names = Object.keys(require(path) as object).filter((name) => /^[a-z_$][\w$]*$/i.test(name) && name !== 'default');
      const exported = names.map((name) => `const _${name} = /* @__PURE__ */ from('${name}');\nexport { _${name} as ${name} };`);
      return { contents: `${moduleOf(path)}\nconst from = (name) => whole[name];\nexport default whole;\n${exported.join('\n')}\n` };
    });
    // commander asks for it, to start verbs that are programs of their own; it brings eight others with it.
    build.onLoad({ filter: /child_process$/, namespace: 'required' }, ({ path }) => ({
      contents: `module.exports = { get spawn() { ${moduleOf(path)} return whole.spawn; } };`,
    }));
    build.onLoad({ filter: /./, namespace: 'required' }, ({ path }) => ({ contents: `${moduleOf(path)}\nmodule.exports = whole;\n` }));
  },
};

function moduleOf(path: string): string {
  return `const whole = process.getBuiltinModule(${JSON.stringify(path)});`;
}
