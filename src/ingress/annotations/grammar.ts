export type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

/**
 * How a value is written and read: the whole text or nothing. Annotations and the keys of the controller's ConfigMap share
 * these. A message quotes what was written and ends without a full stop.
 */
export interface Grammar<T> {
  /** For the reference pages: `boolean`, `seconds`. */
  readonly type: string;
  readonly parse: (text: string) => Parsed<T>;
  /** A value as a user would write it, where that is not as JSON writes it. */
  print?(value: T): string;
}

/** Longer values than this are not read: no annotation needs them. Characters. */
const longest = 4096;

/** `true` or `false`. ingress-nginx reads booleans with Go's strconv.ParseBool, which takes these spellings too. */
export const boolean: Grammar<boolean> = {
  type: 'boolean',
  parse(text) {
    if (/^(?:1|t|T|TRUE|true|True)$/.test(text)) return ok(true);
    if (/^(?:0|f|F|FALSE|false|False)$/.test(text)) return ok(false);
    return wrong(`"${shown(text)}" is neither "true" nor "false"`);
  },
};

/** A whole number of at least `min`, at most `max`. */
export function wholeNumber({ min = 0, max = 999_999_999, type = 'number' } = {}): Grammar<number> {
  return {
    type,
    parse(text) {
      if (!/^\d{1,9}$/.test(text)) return wrong(`"${shown(text)}" is not a whole number`);
      const value = Number(text);
      return value < min || value > max ? wrong(`${text} is not between ${min} and ${max}`) : ok(value);
    },
  };
}

/** Whole seconds, without a unit. */
export function seconds(limits: { readonly min?: number; readonly max?: number } = {}): Grammar<number> {
  return wholeNumber({ ...limits, type: 'seconds' });
}

const units: Readonly<Record<string, number>> = { '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 };

/** A number of bytes: `512`, `8k`, `1m`, `2g`, as nginx writes sizes. */
export const size: Grammar<number> = {
  type: 'size',
  parse(text) {
    const parts = /^(?<number>\d{1,9})(?<unit>[bkmg]?)$/i.exec(text)?.groups;
    if (parts === undefined) return wrong(`"${shown(text)}" is not a size`);
    return ok(Number(parts['number']) * (units[(parts['unit'] ?? '').toLowerCase()] ?? 1));
  },
  print(bytes) {
    const unit = ['g', 'm', 'k'].find((one) => bytes > 0 && bytes % (units[one] ?? 1) === 0) ?? '';
    return `${bytes / (units[unit] ?? 1)}${unit}`;
  },
};

/** One of a few words, in any case; the value is the word as given here. */
export function oneOf<const W extends string>(...words: readonly W[]): Grammar<W> {
  return {
    type: words.map((word) => `\`${word}\``).join(', '),
    parse(text) {
      const found = words.find((word) => word.toLowerCase() === text.toLowerCase());
      return found === undefined ? wrong(`"${shown(text)}" is none of ${words.join(', ')}`) : ok(found);
    },
  };
}

/** A text that matches `pattern` from its first to its last character and has no control characters. */
export function matching(type: string, pattern: RegExp, { max = longest } = {}): Grammar<string> {
  const whole = new RegExp(`^(?:${pattern.source})$`, pattern.flags);
  return {
    type,
    parse(text) {
      if (text.length > max) return wrong(`it has ${text.length} characters, more than ${max}`);
      if (hasControlCharacter(text)) return wrong(`"${shown(text)}" has a line break or another control character`);
      return whole.test(text) ? ok(text) : wrong(`"${shown(text)}" is not ${withArticle(type)}`);
    },
  };
}

/** Some of a few words, with blanks between; the value is the text, each word in lower case and once. */
export function someOf(type: string, known: readonly string[]): Grammar<string> {
  return {
    type: `list of ${type}`,
    parse(text) {
      const named = [...new Set(text.toLowerCase().split(/[ \t]+/))];
      const odd = named.find((word) => !known.includes(word));
      return odd === undefined ? ok(named.join(' ')) : wrong(`"${shown(odd)}" is none of ${known.join(', ')}`);
    },
  };
}

/** Items with commas between; blanks around an item do not count, and neither do empty items. */
export function listOf<T>(item: Grammar<T>): Grammar<readonly T[]> {
  return {
    type: `list of ${item.type}`,
    parse(text) {
      if (text.length > longest * 4) return wrong(`it has ${text.length} characters, more than ${longest * 4}`);
      const values: T[] = [];
      for (const part of text.split(',')) {
        const trimmed = part.trim();
        if (trimmed === '') continue;
        const parsed = item.parse(trimmed);
        if (!parsed.ok) return parsed;
        values.push(parsed.value);
      }
      return ok(values);
    },
  };
}

function ok<T>(value: T): Parsed<T> {
  return { ok: true, value };
}

function wrong(message: string): { readonly ok: false; readonly message: string } {
  return { ok: false, message };
}

function hasControlCharacter(text: string): boolean {
  return /\p{Cc}/u.test(text);
}

/** A value as messages show it: on one line, and not all of a long one. */
export function shown(text: string): string {
  const oneLine = text.replaceAll(/\p{Cc}/gu, '\u{fffd}');
  return oneLine.length <= 80 ? oneLine : `${oneLine.slice(0, 77)}...`;
}

function withArticle(noun: string): string {
  return /^(?!ur)[aeiou]/i.test(noun) ? `an ${noun}` : `a ${noun}`;
}
