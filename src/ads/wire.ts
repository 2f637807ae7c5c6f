import type { Resource } from '../snapshot/resource.ts';

/** What of a resource goes over the wire. */
export type FramedResource = Pick<Resource, 'name' | 'version' | 'bytes'>;

/** Everything about one response, before its bytes. */
export interface ResponseContent {
  readonly typeUrl: string;
  /** The snapshot's version, for reading at Envoy's admin endpoint and in its statistics. */
  readonly version: string;
  readonly nonce: string;
  readonly resources: readonly FramedResource[];
  /** Delta only: names that are no longer there, or never were. */
  readonly removed: readonly string[];
  /** Comes behind the bytes of each resource; see `contentMark`. */
  readonly mark?: Buffer;
}

/**
 * Frames responses by hand: a resource was encoded once when it was made, and here only tags and lengths are
 * put around its bytes. All fields used are length-delimited, so a tag is always `number << 3 | 2`.
 */
const lengthDelimited = 2;

/** envoy.service.discovery.v3.DiscoveryResponse */
const sotwFields = { version: 1, resources: 2, typeUrl: 4, nonce: 5 } as const;
/** envoy.service.discovery.v3.DeltaDiscoveryResponse */
const deltaFields = { version: 1, resources: 2, typeUrl: 4, nonce: 5, removed: 6 } as const;
/** envoy.service.discovery.v3.Resource */
const resourceFields = { version: 1, resource: 2, name: 3 } as const;
/** google.protobuf.Any */
const anyFields = { typeUrl: 1, value: 2 } as const;

export function frameSotw(content: ResponseContent): Buffer {
  const typeUrl = Buffer.from(content.typeUrl);
  const anySizes = content.resources.map((resource) => anySize(typeUrl, resource, content.mark));
  let size = stringSize(content.version) + fieldSize(typeUrl.length) + stringSize(content.nonce);
  for (const any of anySizes) size += fieldSize(any);

  const writer = new Writer(size);
  writer.string(sotwFields.version, content.version);
  content.resources.forEach((resource, index) => {
    writer.open(sotwFields.resources, anySizes[index] ?? 0);
    writeAny(writer, typeUrl, resource, content.mark);
  });
  writer.bytes(sotwFields.typeUrl, typeUrl);
  writer.string(sotwFields.nonce, content.nonce);
  return writer.finish();
}

export function frameDelta(content: ResponseContent): Buffer {
  const typeUrl = Buffer.from(content.typeUrl);
  const anySizes = content.resources.map((resource) => anySize(typeUrl, resource, content.mark));
  const sizes = content.resources.map(
    (resource, index) => stringSize(resource.version) + fieldSize(anySizes[index] ?? 0) + stringSize(resource.name),
  );
  let size = stringSize(content.version) + fieldSize(typeUrl.length) + stringSize(content.nonce);
  for (const resource of sizes) size += fieldSize(resource);
  for (const name of content.removed) size += stringSize(name);

  const writer = new Writer(size);
  writer.string(deltaFields.version, content.version);
  content.resources.forEach((resource, index) => {
    writer.open(deltaFields.resources, sizes[index] ?? 0);
    writer.string(resourceFields.version, resource.version);
    writer.open(resourceFields.resource, anySizes[index] ?? 0);
    writeAny(writer, typeUrl, resource, content.mark);
    writer.string(resourceFields.name, resource.name);
  });
  writer.bytes(deltaFields.typeUrl, typeUrl);
  writer.string(deltaFields.nonce, content.nonce);
  for (const name of content.removed) writer.string(deltaFields.removed, name);
  return writer.finish();
}

function anySize(typeUrl: Buffer, resource: FramedResource, mark: Buffer | undefined): number {
  return fieldSize(typeUrl.length) + fieldSize(resource.bytes.length + (mark?.length ?? 0));
}

function writeAny(writer: Writer, typeUrl: Buffer, { bytes }: FramedResource, mark: Buffer = Buffer.of()): void {
  writer.bytes(anyFields.typeUrl, typeUrl);
  writer.bytes(anyFields.value, bytes, mark);
}

function stringSize(value: string): number {
  return fieldSize(Buffer.byteLength(value));
}

/** A field's whole size: one byte of tag (all numbers here are below 16), the length, the content. */
function fieldSize(length: number): number {
  return 1 + varintSize(length) + length;
}

function varintSize(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size++;
  return size;
}

/** Writes into one buffer whose size was counted before; a wrong count is our own bug and throws. */
class Writer {
  readonly #buffer: Buffer;
  #at = 0;

  constructor(size: number) {
    this.#buffer = Buffer.allocUnsafe(size);
  }

  open(field: number, length: number): void {
    this.#at = this.#buffer.writeUInt8((field << 3) | lengthDelimited, this.#at);
    let rest = length;
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.#at = this.#buffer.writeUInt8((rest % 0x80) | 0x80, this.#at);
    this.#at = this.#buffer.writeUInt8(rest, this.#at);
  }

  bytes(field: number, value: Buffer, more: Buffer = Buffer.of()): void {
    this.open(field, value.length + more.length);
    this.#at += value.copy(this.#buffer, this.#at);
    this.#at += more.copy(this.#buffer, this.#at);
  }

  string(field: number, value: string): void {
    this.open(field, Buffer.byteLength(value));
    this.#at += this.#buffer.write(value, this.#at);
  }

  finish(): Buffer {
    if (this.#at !== this.#buffer.length) throw new Error(`framed ${this.#at} of ${this.#buffer.length} bytes`);
    return this.#buffer;
  }
}
