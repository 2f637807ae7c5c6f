const newline = 0x0a;

/** Cuts a stream of bytes into lines. On bytes, because a chunk may end within a character. */
export class Lines {
  #rest: Buffer[] = [];

  *push(chunk: Buffer): Iterable<string> {
    let start = 0;
    for (let end = chunk.indexOf(newline); end !== -1; end = chunk.indexOf(newline, start)) {
      const piece = chunk.subarray(start, end);
      const line = this.#rest.length === 0 ? piece : Buffer.concat([...this.#rest, piece]);
      this.#rest = [];
      start = end + 1;
      if (line.length > 0) yield line.toString('utf8');
    }
    if (start < chunk.length) this.#rest.push(chunk.subarray(start));
  }
}
