import { isIP } from 'node:net';
import { type Grammar, type Parsed, shown } from './grammar.ts';

/** A network such as `10.0.0.0/8`, an address alone standing for itself. Returned with its length, such as `10.0.0.1/32`. */
export const cidr: Grammar<string> = { type: 'CIDR', parse: parseCidr };

function parseCidr(text: string): Parsed<string> {
  const [address = '', length, ...rest] = text.split('/');
  // They are in defaults of the ConfigMap: Node's expression for such addresses takes a start 3 ms to compile.
  const family = address === '::' || address === '::1' ? 6 : isIP(address);
  const longest = family === 4 ? 32 : 128;
  const bits = length === undefined ? longest : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  // A zone (`fe80::1%eth0`) means nothing to a proxy.
  if (family === 0 || address.includes('%') || rest.length > 0 || !(bits <= longest)) {
    return { ok: false, message: `"${shown(text)}" is not a network such as "10.0.0.0/8"` };
  }
  return { ok: true, value: `${address}/${bits}` };
}
