import type { PlainVariable, Variable } from '../../model/template.ts';
import type { HashKey } from '../../model/stickiness.ts';
import { type Parsed, shown } from '../annotations/grammar.ts';
import { parseTemplate } from './variables.ts';

/** Variables that say the same of every request that an upstream gets. */
const constants = new Set(['namespace', 'ingress_name', 'service_name', 'service_port', 'location_path', 'proxy_upstream_name']);

/**
 * What a text with variables of nginx tells requests apart by: its variables, in order, each once. Texts between them are the same for
 * all requests. There must be one variable at least.
 */
export function parseHashKeys(text: string): Parsed<readonly HashKey[]> {
  const keys: HashKey[] = [];
  for (const [variable, braced, bare] of text.matchAll(/\$(?:\{(\w*)\}|(\w*))/g)) {
    const name = braced ?? bare ?? '';
    if (constants.has(name)) continue;
    const key = hashKey(name);
    if (key === undefined) return { ok: false, message: `Envoy cannot hash by "${shown(variable)}"` };
    keys.push(key);
  }
  const once = [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()];
  if (once.length === 0) return { ok: false, message: `"${shown(text)}" is the same for all requests` };
  return { ok: true, value: once };
}

function hashKey(name: string): HashKey | undefined {
  if (/^cookie_./.test(name)) return { from: 'cookie', name: name.slice('cookie_'.length) };
  if (name === 'binary_remote_addr') return { from: 'client-address' };
  if (name === 'args' || name === 'query_string') return { from: 'query' };
  const parsed = parseTemplate(`\${${name}}`);
  const [variable] = parsed.ok ? parsed.value : [];
  return typeof variable === 'object' ? keyOf(variable) : undefined;
}

function keyOf(variable: Variable): HashKey | undefined {
  if ('key' in variable) {
    return variable.name === 'response-header' ? undefined : { from: headerOrParameter[variable.name], name: variable.key };
  }
  return plain[variable.name];
}

const plain: Partial<Readonly<Record<PlainVariable, HashKey>>> = {
  authority: { from: 'authority' },
  method: { from: 'method' },
  path: { from: 'path' },
  'original-path-and-query': { from: 'path-and-query' },
  'client-address': { from: 'client-address' },
  'request-id': { from: 'header', name: 'x-request-id' },
};

const headerOrParameter = { 'request-header': 'header', 'query-parameter': 'query-parameter' } as const;
