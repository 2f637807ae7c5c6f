/**
 * One field of an encoded message, to be joined with others: an encoded message is the concatenation of its encoded fields, in any order.
 * https://protobuf.dev/programming-guides/encoding/#last-one-wins
 */
export function encodedField(number: number, message: Buffer): readonly [head: Buffer, message: Buffer] {
  const lengthDelimited = 2;
  const head = [(number << 3) | lengthDelimited];
  let rest = message.length;
  while (rest > 0x7f) {
    head.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  head.push(rest);
  return [Buffer.from(head), message];
}
