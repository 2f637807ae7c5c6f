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
      const named = Object.entries(require(path) as object).filter(([name]) => /^[a-z_$][\w$]*$/i.test(name) && name !== 'default');
      const exported = named.map(([name, value]) => `const _${name} = /* @__PURE__ */ ${wayTo(name, value)}('${name}');`);
      const names = named.map(([name]) => `_${name} as ${name}`).join(', ');
      return {
        contents: `let found;
const whole = () => (found ??= process.getBuiltinModule(${JSON.stringify(path)}));
const at = (name) => whole()[name];
const caller = (name) => { let called; return (...given) => (called ??= whole()[name])(...given); };
const maker = (name) => new Proxy(function () {}, {
  construct: (_, given, target) => Reflect.construct(whole()[name], given, target),
  get: (_, key) => whole()[name][key],
});
${exported.join('\n')}
export { ${names} };
const all = /* @__PURE__ */ whole();
export default all;\n`,
      };
    });
    // commander asks for it, to start verbs that are programs of their own; it brings eight others with it.
    build.onLoad({ filter: /child_process$/, namespace: 'required' }, ({ path }) => ({
      contents: `module.exports = { get spawn() { ${moduleOf(path)} return whole.spawn; } };`,
    }));
    build.onLoad({ filter: /./, namespace: 'required' }, ({ path }) => ({ contents: `${moduleOf(path)}\nmodule.exports = whole;\n` }));
  },
};

/** Whoever imports a function or a class need not have its module before it is called. Where more is at a function, it stays as it is. */
function wayTo(name: string, value: unknown): 'at' | 'caller' | 'maker' {
  if (typeof value !== 'function') return 'at';
  if (/^[A-Z]/.test(name)) return 'maker';
  return Reflect.ownKeys(value).every((key) => ['length', 'name', 'prototype'].includes(String(key))) ? 'caller' : 'at';
}

function moduleOf(path: string): string {
  return `const whole = process.getBuiltinModule(${JSON.stringify(path)});`;
}
