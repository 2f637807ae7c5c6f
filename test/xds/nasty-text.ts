import * as fc from 'fast-check';

/** Any text at all, halves of surrogate pairs included. */
const anyText = fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 }).map((units) => String.fromCharCode(...units));

/** Characters that mean something to Envoy, to regular expressions, to URLs or to terminals. */
const telling = fc.string({
  unit: fc.constantFrom(...'aZ0.-_*?#/\\%&+()[]{}|^$:;,@!~"\'<> \t\r\n\0\u0001\u007fé√'.split(''), '\ud800', '😀'),
  maxLength: 8,
});

const long = fc.integer({ min: 1, max: 3000 }).map((length) => 'x'.repeat(length));

/** Text that nobody should write. */
export const nastyText = fc.oneof(anyText, telling, telling, long);

export const nastyHost = fc.oneof(
  nastyText,
  fc.tuple(telling, fc.constantFrom('.test', '.', '')).map(([text, end]) => text + end),
  telling.map((text) => `*.${text}`),
  fc.constantFrom('*', '**', '*.', '*.*', 'A.test', '*.test', 'a.test', `${'a'.repeat(250)}.test`),
);

export const nastyPath = fc.oneof(
  nastyText,
  telling.map((text) => `/${text}`),
  fc.constantFrom('/', '//', '/a/', '/a?b', '/a#b', '/api/?(.*)', '', 'a'),
);

export const nastyAddress = fc.oneof(
  nastyText,
  fc.ipV4(),
  fc.ipV6(),
  fc.ipV4Extended(),
  fc.constantFrom('[::1]', 'fe80::1%eth0', 'fe80::1%lo', '01.2.3.4', '1.2.3.4/32', '::ffff:1.2.3.4', 'localhost', '', ' 1.2.3.4'),
);

export const nastyPort = fc.oneof(fc.integer({ min: 1, max: 65_535 }), fc.constantFrom(0, -1, 65_536, 1.5, 2 ** 32));
