import { defineFamily } from './family.ts';
import { optional, reported } from './field.ts';
import { oneOf, size, wholeNumber } from './grammar.ts';

const noBuffers = reported('Envoy streams both ways with a fixed buffer for each connection: there is nothing to tune.');

export const buffers = defineFamily({
  title: 'Buffers',
  summary: 'Sizes of memory and files in which nginx keeps bodies on their way.',
  fields: {
    'client-body-buffer-size': optional(size, {
      doc: 'Memory for the body of a request.',
      ...{ risk: 'Low', scope: 'path', support: noBuffers, example: '8k' },
    }),
    'proxy-buffer-size': optional(size, {
      doc: 'Memory for the head of an answer.',
      ...{ risk: 'Low', scope: 'path', support: reported('Envoy takes up to 60 KiB of answer headers without it.'), example: '8k' },
    }),
    'proxy-buffering': optional(oneOf('on', 'off'), {
      doc: 'Whether answers are buffered before they are sent.',
      ...{ risk: 'Low', scope: 'path', support: reported('Envoy always streams answers, which is "off", the default.'), example: 'off' },
    }),
    'proxy-buffers-number': optional(wholeNumber(), {
      doc: 'Number of buffers for an answer.',
      ...{ risk: 'Low', scope: 'path', support: noBuffers, example: '4' },
    }),
    'proxy-busy-buffers-size': optional(size, {
      doc: 'How much of an answer may wait for a slow client.',
      ...{ risk: 'Low', scope: 'path', support: noBuffers, example: '16k' },
    }),
    'proxy-max-temp-file-size': optional(size, {
      doc: 'How much of an answer may wait in a file.',
      ...{ risk: 'Low', scope: 'path', support: noBuffers, example: '1024m' },
    }),
  },
  apply: () => undefined,
});
