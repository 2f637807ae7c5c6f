import { typeNames, typeUrls, type TypeName } from '../../src/snapshot/resource.ts';

/** What a client must know of a response in order to answer it. */
export interface Response {
  readonly type: TypeName;
  readonly nonce: string;
  /** How many resources are in it. */
  readonly resources: number;
  /** How many it takes away. */
  readonly removed: number;
  readonly bytes: number;
}

const headBytes = 5;

/** Cuts a stream of chunks into gRPC messages, and reads of each no more than is needed: clients must cost little. */
export class ResponseReader {
  readonly #onResponse: (response: Response) => void;
  #chunks: Buffer[] = [];
  #size = 0;
  /** Of the message at hand with its head; undefined until the head is there. */
  #wanted: number | undefined;

  constructor(onResponse: (response: Response) => void) {
    this.#onResponse = onResponse;
  }

  read(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    while (this.#size >= (this.#wanted ?? headBytes)) {
      const all = this.#chunks.length === 1 ? (this.#chunks[0] ?? chunk) : Buffer.concat(this.#chunks);
      this.#wanted = headBytes + all.readUInt32BE(1);
      this.#chunks = [all];
      if (this.#size < this.#wanted) return;
      const message = all.subarray(headBytes, this.#wanted);
      const rest = all.subarray(this.#wanted);
      this.#chunks = rest.length === 0 ? [] : [rest];
      this.#size = rest.length;
      this.#wanted = undefined;
      this.#onResponse(readResponse(message));
    }
  }
}

/** The fields of a DeltaDiscoveryResponse, of which only the length of each resource is read. */
function readResponse(message: Buffer): Response {
  let at = 0;
  let resources = 0;
  let removed = 0;
  let typeUrl = '';
  let nonce = '';
  while (at < message.length) {
    const field = (message[at] ?? 0) >> 3;
    let length = 0;
    let shift = 0;
    let byte: number;
    do {
      byte = message[++at] ?? 0;
      length |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte >= 0x80);
    at += 1;
    if (field === 2) resources++;
    else if (field === 6) removed++;
    else if (field === 4) typeUrl = message.toString('latin1', at, at + length);
    else if (field === 5) nonce = message.toString('latin1', at, at + length);
    at += length;
  }
  const type = typeNames.find((each) => typeUrls[each] === typeUrl);
  if (type === undefined) throw new Error(`a response of type ${JSON.stringify(typeUrl)}`);
  return { type, nonce, resources, removed, bytes: message.length + headBytes };
}
