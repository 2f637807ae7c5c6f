import { BlockList, isIP } from 'node:net';

/** The addresses of a network, one for each Gateway. */
export class AddressPool {
  readonly #first: bigint;
  readonly #size: bigint;
  readonly #family: 4 | 6;
  readonly #block = new BlockList();

  /** `cidr`: checked already, see `isPool`. */
  constructor(cidr: string) {
    const [address = '', length = ''] = cidr.split('/');
    this.#family = isIP(address) === 6 ? 6 : 4;
    const bits = this.#family === 6 ? 128n : 32n;
    this.#size = 1n << (bits - BigInt(length));
    this.#first = (toNumber(address) / this.#size) * this.#size;
    this.#block.addSubnet(address, Number(length), this.#family === 6 ? 'ipv6' : 'ipv4');
  }

  has(address: string): boolean {
    const family = isIP(address);
    return family === this.#family && this.#block.check(address, family === 6 ? 'ipv6' : 'ipv4');
  }

  /** The lowest that is not taken; of a network of several addresses not the first and the last, which are not for hosts. */
  free(taken: ReadonlySet<string>): string | undefined {
    const rim = this.#size > 2n ? 1n : 0n;
    for (let offset = rim; offset < this.#size - rim; offset++) {
      const address = toAddress(this.#first + offset, this.#family);
      if (!taken.has(address)) return address;
    }
    return undefined;
  }
}

export function isPool(text: string): boolean {
  const [address = '', length = '', more] = text.split('/');
  const family = isIP(address);
  return more === undefined && family !== 0 && /^\d{1,3}$/.test(length) && Number(length) <= (family === 6 ? 128 : 32);
}

function toNumber(address: string): bigint {
  if (isIP(address) === 4) return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  const [head = '', tail = ''] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const parts = (text: string) => (text === '' ? [] : text.split(':'));
  const missing = 8 - parts(head).length - parts(tail).length;
  const all = [...parts(head), ...Array.from({ length: missing }, () => '0'), ...parts(tail)];
  return all.reduce((sum, part) => sum * 65_536n + BigInt(`0x${part}`), 0n);
}

function toAddress(number: bigint, family: 4 | 6): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => (number >> shift) & 255n).join('.');
  const parts = Array.from({ length: 8 }, (_, index) => ((number >> BigInt(112 - 16 * index)) & 0xffffn).toString(16));
  return new URL(`http://[${parts.join(':')}]`).hostname.slice(1, -1);
}
