import { type Grammar, seconds as secondsGrammar, shown, size as sizeGrammar } from '../annotations/grammar.ts';
import { type Setting, written } from './setting.ts';

/** Whole seconds. */
export function seconds(fallback: number, doc: string): Setting<number> {
  return { grammar: secondsGrammar(), fallback, doc };
}

/** A size such as `8k`, in bytes. */
export function size(fallback: string, doc: string): Setting<number> {
  return written(sizeGrammar, fallback, doc);
}

/** A time such as `1h30m`, in milliseconds. */
export function duration(fallback: string, doc: string): Setting<number> {
  return written(durationGrammar, fallback, doc);
}

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

const longestDays = 3650;

/** A number without a unit is seconds. https://nginx.org/en/docs/syntax.html */
const durationGrammar: Grammar<number> = {
  type: 'time',
  parse(text) {
    const value = millisecondsOf(text);
    if (value === undefined) return { ok: false, message: `"${shown(text)}" is not a time such as "30s" or "1h"` };
    if (value > longestDays * 86_400_000) return { ok: false, message: `"${shown(text)}" is more than ${longestDays} days` };
    return { ok: true, value };
  },
};

function millisecondsOf(text: string): number | undefined {
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const parts = [...text.matchAll(/(?<number>\d{1,9})(?<unit>ms|[smhdw])\s*/g)];
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== text) return undefined;
  return parts.reduce((sum, { groups }) => sum + Number(groups?.['number']) * (units[groups?.['unit'] ?? ''] ?? 0), 0);
}
