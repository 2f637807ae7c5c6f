import { X509Certificate } from 'node:crypto';

export interface OcspSketch {
  /** What each answer is about; default: one answer, about the certificate. */
  readonly serials?: readonly string[];
  /** Days from now until which it holds; null: it does not say. Default: 7. */
  readonly days?: number | null;
  /** Of the whole response: 0 is successful, 3 tryLater. */
  readonly status?: number;
}

const dayMs = 86_400_000;

/** An OCSP response (RFC 6960) about the leaf of a chain. Its signature is empty: no proxy looks at it. */
export function ocspResponse(chain: string, { serials, days = 7, status = 0 }: OcspSketch = {}): Buffer {
  if (status !== 0) return der(0x30, der(0x0a, Buffer.from([status])));
  const { serialNumber } = new X509Certificate(chain);
  const answers = (serials ?? [serialNumber]).map((serial) =>
    der(
      0x30,
      der(0x30, sha1, der(0x04, Buffer.alloc(20)), der(0x04, Buffer.alloc(20)), integer(serial)),
      der(0x80),
      time(-1),
      ...(days === null ? [] : [der(0xa0, time(days))]),
    ),
  );
  const data = der(0x30, der(0xa2, der(0x04, Buffer.alloc(20))), time(-1), der(0x30, ...answers));
  const basic = der(0x30, data, der(0x30, der(0x06, hex('2a8648ce3d040302'))), der(0x03, hex('00')));
  return der(0x30, der(0x0a, hex('00')), der(0xa0, der(0x30, der(0x06, hex('2b0601050507300101')), der(0x04, basic))));
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const length =
    body.length < 0x80 ? [body.length] : body.length < 0x100 ? [0x81, body.length] : [0x82, body.length >> 8, body.length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...length]), body]);
}

function hex(digits: string): Buffer {
  return Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
}

function integer(digits: string): Buffer {
  const bytes = hex(digits);
  return der(0x02, (bytes[0] ?? 0) < 0x80 ? bytes : Buffer.concat([hex('00'), bytes]));
}

function time(days: number): Buffer {
  const text = new Date(Date.now() + days * dayMs).toISOString();
  return der(0x18, Buffer.from(`${text.slice(0, 19).replaceAll(/[-:T]/g, '')}Z`));
}

const sha1 = der(0x30, der(0x06, hex('2b0e03021a')), der(0x05));
