import { flag, wholeNumber } from './setting.ts';
import { duration } from './quantity.ts';
import { defineConcern, draining, read, readWith } from './concern.ts';

export const streams = defineConcern('TCP and UDP services', {
  'proxy-stream-timeout': draining(read(duration('600s', 'How long a connection may be idle.'))),
  'proxy-stream-next-upstream': draining(read(flag(true, 'Try another pod when one cannot be connected to.'))),
  'proxy-stream-next-upstream-tries': draining(
    readWith('0 means 10.', wholeNumber({ fallback: 3, min: 0, max: 999_999_999, doc: 'How many pods are tried; 0 for no limit.' })),
  ),
  'proxy-stream-next-upstream-timeout': draining(
    readWith(
      'There are as many tries as fit into it if each takes 5 s.',
      duration('600s', 'How long other pods are tried; 0 for no limit.'),
    ),
  ),
  'proxy-stream-responses': draining(
    readWith(
      'Envoy does not count answers: a session of UDP ends after proxy-stream-timeout.',
      wholeNumber({ fallback: 1, min: 0, max: 999_999_999, doc: 'Datagrams that answer one.' }),
    ),
  ),
});
