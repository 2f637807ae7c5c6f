/** One directive of nginx as it is written: `name word… ;` or `name word… { … }`. */
export interface Directive {
  readonly name: string;
  readonly words: readonly string[];
  readonly body?: readonly Directive[];
  /** From 1. */
  readonly line: number;
  readonly column: number;
}

export type SyntaxReading =
  | { readonly ok: true; readonly directives: readonly Directive[] }
  /** `message` ends with the place. */
  | { readonly ok: false; readonly message: string };

const deepest = 8;
const most = 500;

/** Reads a piece of nginx's configuration, as ngx_conf_read_token of its src/core/ngx_conf_file.c does. */
export function readSyntax(text: string): SyntaxReading {
  const reader = new Reader(text);
  try {
    return { ok: true, directives: reader.block(0) };
  } catch (error) {
    if (error instanceof Unreadable) return { ok: false, message: error.message };
    throw error;
  }
}

class Unreadable extends Error {}

const escapes: Readonly<Record<string, string>> = { t: '\t', r: '\r', n: '\n', '"': '"', "'": "'", '\\': '\\' };

class Reader {
  readonly #text: string;
  #at = 0;
  #count = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Up to the `}` that ends the block, or the end of the text of the outermost one. */
  block(depth: number): readonly Directive[] {
    const directives: Directive[] = [];
    for (;;) {
      this.#skipBlanks();
      const next = this.#text[this.#at];
      if (next === undefined) {
        if (depth > 0) throw this.#fault('a "}" is missing at the end');
        return directives;
      }
      if (next === '}') {
        if (depth === 0) throw this.#fault('there is a "}" too many');
        this.#at += 1;
        return directives;
      }
      directives.push(this.#directive(depth));
    }
  }

  #directive(depth: number): Directive {
    if ((this.#count += 1) > most) throw this.#fault(`there are more than ${most} directives`);
    const place = this.#place();
    const words: string[] = [];
    for (;;) {
      this.#skipBlanks();
      const next = this.#text[this.#at];
      if (next === undefined) throw this.#fault('a ";" is missing at the end');
      if (next === ';' || next === '{') {
        const [name, ...others] = words;
        if (name === undefined) throw this.#fault(`"${next}" stands where a directive begins`);
        this.#at += 1;
        if (next === ';') return { name, words: others, ...place };
        if (depth >= deepest) throw this.#fault(`blocks are more than ${deepest} deep`);
        if (name.endsWith('_by_lua_block')) return { name, words: others, body: this.#foreignBlock(), ...place };
        return { name, words: others, body: this.block(depth + 1), ...place };
      }
      if (next === '}') throw this.#fault('a ";" is missing before "}"');
      words.push(this.#word());
    }
  }

  #word(): string {
    const quote = /["']/.exec(this.#text[this.#at] ?? '')?.[0];
    const begun = this.#at;
    if (quote !== undefined) this.#at += 1;
    let word = '';
    for (;;) {
      const next = this.#text[this.#at];
      if (next === undefined) {
        this.#at = begun;
        throw this.#fault(quote === undefined ? 'a ";" is missing behind this' : 'a quotation that begins here does not end');
      }
      if (quote === undefined ? /[\s;{]/.test(next) && !(next === '{' && word.endsWith('$')) : next === quote) break;
      word += next === '\\' ? this.#escape() : next;
      this.#at += 1;
    }
    if (quote === undefined) return word;
    this.#at += 1;
    if (!/^[\s;{)]/.test(this.#text.slice(this.#at, this.#at + 1))) throw this.#fault('a blank or ";" is missing behind a quotation');
    return word;
  }

  /** Leaves off at its last character. */
  #escape(): string {
    this.#at += 1;
    const next = this.#text[this.#at] ?? '';
    return escapes[next] ?? `\\${next}`;
  }

  /** Whatever stands between the braces is not nginx's language. */
  #foreignBlock(): readonly Directive[] {
    for (let open = 1; open > 0; this.#at += 1) {
      const next = this.#text[this.#at];
      if (next === undefined) throw this.#fault('a "}" is missing at the end');
      if (next === '{') open += 1;
      if (next === '}') open -= 1;
    }
    return [];
  }

  #skipBlanks(): void {
    const blanks = /(?:\s|#[^\n]*)*/y;
    blanks.lastIndex = this.#at;
    blanks.test(this.#text);
    this.#at = blanks.lastIndex;
  }

  #place(): { readonly line: number; readonly column: number } {
    const before = this.#text.slice(0, this.#at).split('\n');
    return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
  }

  #fault(what: string): Unreadable {
    const { line, column } = this.#place();
    return new Unreadable(`${what}, line ${line}, column ${column}`);
  }
}
