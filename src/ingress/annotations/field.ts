type Parsed<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

/** One annotation: how to read it, what it means when absent, and what to tell the reader. */
export interface Field<T> {
  readonly type: string;
  readonly fallback: T;
  readonly doc: string;
  readonly parse: (text: string) => Parsed<T>;
}

/** `true` or `false`. ingress-nginx reads booleans with Go's strconv.ParseBool, which takes these spellings too. */
export function flag(fallback: boolean, doc: string): Field<boolean> {
  return {
    type: 'boolean',
    fallback,
    doc,
    parse(text) {
      if (/^(?:1|t|T|TRUE|true|True)$/.test(text)) return { ok: true, value: true };
      if (/^(?:0|f|F|FALSE|false|False)$/.test(text)) return { ok: true, value: false };
      return { ok: false, message: `"${text}" is neither "true" nor "false"` };
    },
  };
}

/** A whole number of at least `min`, at most `max`. */
export function wholeNumber(options: { fallback: number; min: number; max: number; doc: string }): Field<number> {
  const { fallback, min, max, doc } = options;
  return {
    type: 'number',
    fallback,
    doc,
    parse(text) {
      if (!/^\d{1,9}$/.test(text)) return { ok: false, message: `"${text}" is not a whole number` };
      const value = Number(text);
      if (value < min || value > max) return { ok: false, message: `${text} is not between ${min} and ${max}` };
      return { ok: true, value };
    },
  };
}
