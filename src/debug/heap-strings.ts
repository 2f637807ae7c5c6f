/** Bits: what a string of a snapshot is used for. */
const contents = 1;
const nameOfSomething = 2;

interface Meta {
  readonly node_fields: readonly string[];
  readonly node_types: readonly (string | readonly string[])[];
  readonly edge_fields: readonly string[];
  readonly edge_types: readonly (string | readonly string[])[];
}

const opening = { nodes: '"nodes":[', edges: '"edges":[', strings: '"strings":[' } as const;

/**
 * A heap snapshot of V8 as it is, but for what is in strings, which may be private keys and passwords: of these there is only how long they
 * are. Names of classes, functions and properties stay. V8 writes nodes, edges and then strings, all in ASCII; what is in buffers it does not write.
 * https://chromium.googlesource.com/v8/v8/+/refs/heads/main/src/profiler/heap-snapshot-generator.cc (HeapSnapshotJSONSerializer)
 */
export async function* withoutStrings(snapshot: AsyncIterable<Buffer | string>): AsyncGenerator<Buffer> {
  const uses = new Uses();
  const text = new Text(snapshot);
  let head = '';
  for await (const part of text.through(opening.nodes)) {
    head += part;
    yield Buffer.from(part, 'latin1');
  }
  const { meta } = (JSON.parse(`${head.slice(0, -opening.nodes.length).replace(/,\s*$/, '')}}`) as { snapshot: { meta: Meta } }).snapshot;
  const holds = typeNames(meta.node_types).map((type) => /string/.test(type));
  const nodes = new Rows(meta.node_fields.indexOf('type'), meta.node_fields.indexOf('name'), meta.node_fields.length, (type, name) =>
    uses.add(name, holds[type] === true ? contents : nameOfSomething),
  );
  for await (const part of text.through(']')) {
    nodes.push(part);
    yield Buffer.from(part, 'latin1');
  }
  for await (const part of text.through(opening.edges)) yield Buffer.from(part, 'latin1');
  const indexed = typeNames(meta.edge_types).map((type) => type === 'element' || type === 'hidden');
  const edges = new Rows(
    meta.edge_fields.indexOf('type'),
    meta.edge_fields.indexOf('name_or_index'),
    meta.edge_fields.length,
    (type, name) => {
      if (indexed[type] !== true) uses.add(name, nameOfSomething);
    },
  );
  for await (const part of text.through(']')) {
    edges.push(part);
    yield Buffer.from(part, 'latin1');
  }
  for await (const part of text.through(opening.strings)) yield Buffer.from(part, 'latin1');
  let index = 0;
  for await (const part of text.rest()) {
    const shown = part.replaceAll(/"(?:[^"\\]|\\.)*"/g, (string) =>
      uses.of(index++) === contents ? `"[${string.length - 2} characters]"` : string,
    );
    yield Buffer.from(shown, 'latin1');
  }
}

function typeNames([names]: Meta['node_types']): readonly string[] {
  if (!Array.isArray(names)) throw new Error('The heap snapshot has another form than is known.');
  return names as readonly string[];
}

/** What strings are used for, by their index. */
class Uses {
  #bits = new Uint8Array(1 << 16);

  add(index: number, bit: number): void {
    if (index >= this.#bits.length) {
      const larger = new Uint8Array(Math.max(index + 1, this.#bits.length * 2));
      larger.set(this.#bits);
      this.#bits = larger;
    }
    this.#bits[index] = (this.#bits[index] ?? 0) | bit;
  }

  /** What nothing is known of counts as contents. */
  of(index: number): number {
    const bits = this.#bits[index] ?? 0;
    return bits === 0 ? contents : bits;
  }
}

/** Reads numbers, so many to a row, as they come. */
class Rows {
  readonly #typeAt: number;
  readonly #nameAt: number;
  readonly #width: number;
  readonly #row: (type: number, name: number) => void;
  #place = 0;
  #number = 0;
  #type = 0;
  #name = 0;
  #within = false;

  constructor(typeAt: number, nameAt: number, width: number, row: (type: number, name: number) => void) {
    this.#typeAt = typeAt;
    this.#nameAt = nameAt;
    this.#width = width;
    this.#row = row;
  }

  push(text: string): void {
    for (let i = 0; i < text.length; i++) {
      const digit = text.charCodeAt(i) - 48;
      if (digit >= 0 && digit <= 9) {
        this.#number = this.#number * 10 + digit;
        this.#within = true;
      } else if (this.#within) this.#end();
    }
  }

  #end(): void {
    if (this.#place === this.#typeAt) this.#type = this.#number;
    if (this.#place === this.#nameAt) this.#name = this.#number;
    this.#number = 0;
    this.#within = false;
    this.#place = (this.#place + 1) % this.#width;
    if (this.#place === 0) this.#row(this.#type, this.#name);
  }
}

/** Text that comes in pieces. */
class Text {
  readonly #chunks: AsyncIterator<Buffer | string>;
  #held = '';

  constructor(chunks: AsyncIterable<Buffer | string>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Up to a mark, which ends the last piece. */
  async *through(mark: string): AsyncGenerator<string> {
    for (;;) {
      const at = this.#held.indexOf(mark);
      if (at >= 0) {
        yield this.#take(at + mark.length);
        return;
      }
      // The mark may have begun.
      if (this.#held.length >= mark.length) yield this.#take(this.#held.length - mark.length + 1);
      if (!(await this.#more())) throw new Error('The heap snapshot has another form than is known.');
    }
  }

  /** All that is left, in pieces that end with a line: V8 begins one for each string. */
  async *rest(): AsyncGenerator<string> {
    do {
      const end = this.#held.lastIndexOf('\n') + 1;
      if (end > 0) yield this.#take(end);
    } while (await this.#more());
    yield this.#held;
  }

  #take(length: number): string {
    const taken = this.#held.slice(0, length);
    this.#held = this.#held.slice(length);
    return taken;
  }

  async #more(): Promise<boolean> {
    const { done, value } = await this.#chunks.next();
    if (done === true) return false;
    this.#held += typeof value === 'string' ? value : value.toString('latin1');
    return true;
  }
}
