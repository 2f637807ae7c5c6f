/** What Naru reads of an OCSP response. */
export type OcspReading =
  | {
      readonly ok: true;
      /** Of the certificate that it is about: hex digits in capitals, without zeros in front. */
      readonly serial: string;
      /** Until when it holds, RFC 3339; absent: it does not say. */
      readonly until?: string;
    }
  /** What is wrong: the rest of a sentence that begins with the response. */
  | { readonly ok: false; readonly message: string };

/** Tags of DER: https://www.itu.int/rec/T-REC-X.690 */
const tags = { integer: 0x02, octets: 0x04, identifier: 0x06, enumerated: 0x0a, time: 0x18, sequence: 0x30 } as const;

/** `number` as in `[0]`. */
const explicit = (number: number): number => 0xa0 + number;
const implicit = (number: number): number => 0x80 + number;

/** id-pkix-ocsp-basic, 1.3.6.1.5.5.7.48.1.1. */
const basic = Buffer.from('2b0601050507300101', 'hex');

/** Longer ones do not fit into the certificate's message of TLS 1.3: RFC 8446, section 4.4.2. */
const longest = 65_527;

const notSuccessful: Readonly<Record<number, string>> = {
  1: 'malformedRequest',
  2: 'internalError',
  3: 'tryLater',
  5: 'sigRequired',
  6: 'unauthorized',
};

class Refused extends Error {}

function refuse(message: string): never {
  throw new Refused(message);
}

const malformed = 'is no OCSP response in DER';

/** Elements of DER, one after the other. @throws Refused for what is not DER, or not the expected element. */
class Elements {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  has(tag: number): boolean {
    return this.#bytes[this.#at] === tag;
  }

  take(tag: number): Buffer {
    if (!this.has(tag)) refuse(malformed);
    const length = this.#length();
    const end = this.#at + length;
    if (end > this.#bytes.length) refuse(malformed);
    const body = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return body;
  }

  /** The elements inside the next one. */
  open(tag: number): Elements {
    return new Elements(this.take(tag));
  }

  /** Skips the tag and reads a length, which must be written in the shortest way. */
  #length(): number {
    const first = this.#bytes[this.#at + 1] ?? refuse(malformed);
    this.#at += 2;
    if (first < 0x80) return first;
    const count = first - 0x80;
    if (count === 0 || count > 3 || this.#at + count > this.#bytes.length) refuse(malformed);
    const length = this.#bytes.readUIntBE(this.#at, count);
    if (length < 0x80 || length < 2 ** (8 * (count - 1))) refuse(malformed);
    this.#at += count;
    return length;
  }
}

/**
 * Reads a response as RFC 6960, section 4.2.1 has it, and takes only what Envoy takes: it must be successful, and about
 * one certificate (https://github.com/envoyproxy/envoy source/common/tls/ocsp/ocsp.cc). The signature is not looked at,
 * by neither of them: that is up to clients.
 */
export function readOcspResponse(der: Buffer): OcspReading {
  try {
    if (der.length > longest) refuse(`has ${der.length} bytes, and more than ${longest} do not fit into a handshake`);
    return readResponse(new Elements(der));
  } catch (error) {
    if (error instanceof Refused) return { ok: false, message: error.message };
    throw error;
  }
}

function readResponse(all: Elements): OcspReading {
  const response = all.open(tags.sequence);
  if (!all.isAtEnd()) refuse('has something behind its end');
  const status = response.take(tags.enumerated);
  if (status.length !== 1) refuse(malformed);
  if (status[0] !== 0) refuse(`is not successful: it says ${notSuccessful[status[0] ?? 0] ?? status[0]}`);
  const bytes = response.open(explicit(0)).open(tags.sequence);
  if (!bytes.take(tags.identifier).equals(basic)) refuse('is of another type than id-pkix-ocsp-basic');
  const data = bytes.open(tags.octets).open(tags.sequence).open(tags.sequence);
  if (data.has(explicit(0)) && readInteger(data.open(explicit(0))) !== '') refuse('is of another version than 1');
  // Who answers: by name or by key.
  data.take(data.has(explicit(1)) ? explicit(1) : explicit(2));
  data.take(tags.time);
  const answers = data.open(tags.sequence);
  if (answers.isAtEnd()) refuse('has no answer in it');
  const answer = readAnswer(answers.open(tags.sequence));
  if (!answers.isAtEnd()) refuse('is about more than one certificate');
  return answer;
}

function readAnswer(answer: Elements): OcspReading {
  const about = answer.open(tags.sequence);
  about.take(tags.sequence);
  about.take(tags.octets);
  about.take(tags.octets);
  const serial = readInteger(about);
  // Good, revoked or unknown.
  answer.take([implicit(0), explicit(1)].find((tag) => answer.has(tag)) ?? implicit(2));
  readTime(answer);
  if (!answer.has(explicit(0))) return { ok: true, serial };
  return { ok: true, serial, until: readTime(answer.open(explicit(0))) };
}

/** Without zeros in front. Serial numbers are positive. */
function readInteger(elements: Elements): string {
  const bytes = elements.take(tags.integer);
  const [first = 0x80, second = 0x80] = bytes;
  const isPadded = first === 0 && bytes.length > 1;
  if (first >= 0x80 || (isPadded && second < 0x80)) refuse(malformed);
  return bytes.toString('hex').toUpperCase().replace(/^0+/, '');
}

/** RFC 3339. DER's times are in UTC and to the second: RFC 5280, section 4.1.2.5.2. */
function readTime(elements: Elements): string {
  const parts = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(elements.take(tags.time).toString('latin1'))?.slice(1) ?? refuse(malformed);
  const [year, month, day, hour, minute, second] = parts;
  const time = new Date(`${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`);
  // The 31st of a shorter month would be taken for a day of the next.
  if (Number.isNaN(time.getTime()) || time.getUTCDate() !== Number(day)) refuse(malformed);
  return time.toISOString();
}
