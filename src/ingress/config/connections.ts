import { isIP } from 'node:net';
import { type Grammar, shown, size } from '../annotations/grammar.ts';
import { defineConcern, draining, notRead, read, readWith } from './concern.ts';
import { list } from './list.ts';
import { seconds, size as sizeSetting } from './quantity.ts';
import { flag, freeText, wholeNumber, written } from './setting.ts';

/** `4 8k`: how many, and how large. In bytes, all together. */
const headerBuffers: Grammar<number> = {
  type: 'number and size',
  parse(text) {
    const [number = '', each = '', ...rest] = text.split(/\s+/);
    const parsed = size.parse(each);
    if (!/^\d{1,6}$/.test(number) || Number(number) === 0 || rest.length > 0 || !parsed.ok || parsed.value === 0)
      return { ok: false, message: `"${shown(text)}" is not a number and a size such as "4 8k"` };
    return { ok: true, value: Number(number) * parsed.value };
  },
};

const address: Grammar<string> = {
  type: 'IP address',
  parse: (text) => (isIP(text) === 0 ? { ok: false, message: `"${shown(text)}" is not an IP address` } : { ok: true, value: text }),
};

export const connections = defineConcern('Connections and timeouts of clients', {
  'keep-alive': draining(readWith('0 closes a connection after one request.', seconds(75, 'How long an idle connection is kept.'))),
  'keep-alive-requests': draining(
    read(wholeNumber({ fallback: 1000, min: 0, max: 999_999_999, doc: 'Requests after which a connection is closed.' })),
  ),
  'client-header-timeout': draining(read(seconds(60, 'How long the head of a request may take.'))),
  'client-body-timeout': draining(
    readWith(
      'Counts any silence of a request or its answer, unless the route says otherwise.',
      seconds(60, 'Longest pause in the body of a request.'),
    ),
  ),
  'large-client-header-buffers': draining(
    readWith(
      'The head as a whole is limited, and 431 is the answer; Envoy allows 8 MiB at most.',
      written(headerBuffers, '4 8k', 'How large the head of a request may be.'),
    ),
  ),
  'bind-address': draining(
    read(list(address, '', 'Addresses on which Envoys listen, instead of `--listen-address`; each on those that it has.')),
  ),
  'disable-ipv6': draining(
    readWith(
      'Without it Envoys listen where `bind-address` or `--listen-address` says, which is IPv4 alone by default.',
      flag(false, 'Do not listen on IPv6.'),
    ),
  ),
  'disable-ipv6-dns': read(flag(false, 'Do not look up IPv6 addresses of external names.')),
  'reuse-port': notRead(flag(true, 'Each thread of Envoy has a socket of its own (SO_REUSEPORT).'), {
    reason: 'Each thread of Envoy has a socket of its own, and Envoy does not let that change while it runs.',
    fix: 'Remove the key.',
  }),
  'client-header-buffer-size': notRead(sizeSetting('1k', 'Memory for the head of a request.'), {
    reason: 'Envoy takes as much memory as the head needs, up to large-client-header-buffers.',
    fix: 'Remove the key.',
  }),
  'client-body-buffer-size': notRead(sizeSetting('8k', 'Memory for the body of a request.'), {
    reason: 'Envoy streams bodies.',
    fix: 'Remove the key.',
  }),
  'default-type': notRead(freeText('text/html', 'Content type of answers of nginx itself.'), {
    reason: 'It is about files that nginx serves.',
    fix: 'Remove the key.',
  }),
});
