import { type Grammar, shown } from '../annotations/grammar.ts';
import type { TextPattern } from '../../model/edge.ts';

/** Naru's Envoys take programs of up to 1000 steps; some are for what stands around the expression. */
const largest = 900;

/**
 * An entry of a `map` of nginx: a text, in any case, or `~` or `~*` with a regular expression, the latter in any case.
 * https://nginx.org/en/docs/http/ngx_http_map_module.html
 */
export const textPattern: Grammar<TextPattern> = {
  type: 'text or `~` and regular expression',
  parse(text) {
    const parts = /^~(?<any>\*?)(?<regex>.+)$/s.exec(text)?.groups;
    if (parts === undefined) return { ok: true, value: { type: 'text', text } };
    const regex = parts['regex'] ?? '';
    const fault = faultOf(regex);
    if (fault !== undefined) return { ok: false, message: `"${shown(text)}" ${fault}` };
    return { ok: true, value: { type: 'regex', text: parts['any'] === '*' ? `(?i)${regex}` : regex } };
  },
};

/** The mask of nginx for the browsers that unpacked wrongly. https://nginx.org/en/docs/http/ngx_http_gzip_module.html#gzip_disable */
const oldBrowsers = 'MSIE [4-6]\\.';

/** A regular expression, in any case, or `msie6`; the empty text for none. */
export const userAgents: Grammar<TextPattern | undefined> = {
  type: 'regular expression',
  parse(text) {
    if (text === '') return { ok: true, value: undefined };
    return textPattern.parse(`~*${text === 'msie6' ? oldBrowsers : text}`);
  },
};

/** What only one of JavaScript and RE2 takes is refused, and what RE2 would make too much of, so that no listener fails because of it. */
function faultOf(regex: string): string | undefined {
  if (/\\[1-9kKpPzZAQG]|\(\?(?!:)/.test(regex)) return 'refers back, looks around or sets flags, which Envoy does not take';
  if (!isRegex(regex)) return 'is not a regular expression';
  return sizeOf(regex) > largest ? 'is too large for Envoy' : undefined;
}

function isRegex(text: string): boolean {
  try {
    return new RegExp(text, 'u').source !== '';
  } catch {
    return false;
  }
}

/** More than the size of RE2's program: what stands for many characters takes up to a dozen steps, and all of it once for each repetition. */
function sizeOf(regex: string): number {
  const wide = [...regex.matchAll(/[.[\\]|[^\p{ASCII}]/gu)].length;
  const repeated = [...regex.matchAll(/\{(?<least>\d+),?(?<most>\d*)\}/g)].map(({ groups }) =>
    Math.max(Number(groups?.['least']), Number(groups?.['most']), 1),
  );
  return repeated.reduce((size, times) => size * times, regex.length + 12 * wide);
}
