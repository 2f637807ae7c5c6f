/** A value that does not fit its field. Collects the path to the field on its way out, innermost part first. */
export class Mismatch extends Error {
  #path = '';

  /** `.field`, `[index]` or `["key"]` of the value within which this happened. */
  within(part: string): this {
    this.#path = part + this.#path;
    return this;
  }

  get path(): string {
    return this.#path;
  }
}

/** `error` with one more part of the path, if it is a Mismatch. */
export function within(error: unknown, part: string): unknown {
  return error instanceof Mismatch ? error.within(part) : error;
}

const shown = 60;

export function expected(what: string, value: unknown): Mismatch {
  const text = value instanceof Uint8Array ? `${value.length} bytes` : (JSON.stringify(value) ?? String(value));
  return new Mismatch(`expected ${what}, not ${text.length > shown ? `${text.slice(0, shown)}…` : text}`);
}
