/**
 * One field of an encoded message, to be joined with others: an encoded message is the concatenation of its encoded fields, in any order.
 * https://protobuf.dev/programming-guides/encoding/#last-one-wins
 */
export function encodedField(number: number, message: Buffer): readonly [head: Buffer, message: Buffer] {
  return [fieldHead(number, message.length), message];
}

/** What stands before a field that has so many bytes. */
export function fieldHead(number: number, length: number): Buffer {
  const lengthDelimited = 2;
  const head = [(number << 3) | lengthDelimited];
  let rest = length;
  while (rest > 0x7f) {
    head.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  head.push(rest);
  return Buffer.from(head);
}
