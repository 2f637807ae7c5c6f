import { type Grammar, type Parsed, shown } from './grammar.ts';

/** How long answers with one of these statuses hold; absent: with any. */
export interface CacheTime {
  readonly statuses?: readonly number[];
  readonly seconds: number;
}

const units: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** `200 202 10m, 401 1m`, as proxy_cache_valid takes them. https://nginx.org/en/docs/http/ngx_http_proxy_module.html#proxy_cache_valid */
export const cacheTimes: Grammar<readonly CacheTime[]> = {
  type: 'statuses and times',
  parse(text) {
    if (text.length > 1024) return { ok: false, message: `it has ${text.length} characters, more than 1024` };
    const times: CacheTime[] = [];
    for (const part of text.split(',')) {
      const parsed = parseTime(part.trim());
      if (!parsed.ok) return parsed;
      times.push(parsed.value);
    }
    return { ok: true, value: times };
  },
  print: (times) => times.map(({ statuses = ['any'], seconds }) => `${statuses.join(' ')} ${seconds}s`).join(', '),
};

function parseTime(text: string): Parsed<CacheTime> {
  const parts = /^(?<statuses>(?:[1-5]\d\d +)*|any +)(?<number>\d{1,8})(?<unit>[smhdw]?)$/.exec(text)?.groups;
  if (parts === undefined) return { ok: false, message: `"${shown(text)}" is not statuses and a time such as "200 202 10m"` };
  const { statuses = '', number = '', unit = '' } = parts;
  const seconds = Number(number) * (units[unit] ?? 1);
  if (statuses.startsWith('any')) return { ok: true, value: { seconds } };
  const listed = statuses.trim().split(/ +/).filter(Boolean).map(Number);
  // Without statuses nginx takes these.
  return { ok: true, value: { statuses: listed.length === 0 ? [200, 301, 302] : listed, seconds } };
}
