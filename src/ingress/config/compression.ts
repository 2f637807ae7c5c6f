import { flag, wholeNumber, written } from './setting.ts';
import { words } from './list.ts';
import { defineConcern, draining, readWith, read } from './concern.ts';
import { userAgents } from './text-patterns.ts';

/** gzipTypes and brotliTypes in ingress-nginx's internal/ingress/controller/config/config.go */
const types =
  'application/atom+xml application/javascript application/x-javascript application/json application/rss+xml application/vnd.ms-fontobject application/x-font-ttf application/x-web-app-manifest+json application/xhtml+xml application/xml font/opentype image/svg+xml image/x-icon text/css text/javascript text/plain text/x-component';

const onlyLarge = 'Answers without a length are compressed, whatever their size.';

export const compression = defineConcern('Compression', {
  'use-gzip': draining(read(flag(false, 'Compress answers with gzip.'))),
  'gzip-level': draining(read(wholeNumber({ fallback: 1, min: 1, max: 9, doc: 'Effort of gzip.' }))),
  'gzip-min-length': draining(
    readWith(onlyLarge, wholeNumber({ fallback: 256, min: 0, max: 999_999_999, doc: 'Smallest answer that is compressed, in bytes.' })),
  ),
  'gzip-types': draining(readWith('`*` is not read.', words('content type', types, 'What is compressed, besides `text/html`.', /\s+/))),
  'gzip-disable': draining(read(written(userAgents, '', 'User agents that get no gzip; `msie6` for the old ones of Microsoft.'))),
  'enable-brotli': draining(read(flag(false, 'Compress answers with Brotli.'))),
  'brotli-level': draining(read(wholeNumber({ fallback: 4, min: 0, max: 11, doc: 'Effort of Brotli.' }))),
  'brotli-min-length': draining(
    readWith(onlyLarge, wholeNumber({ fallback: 20, min: 0, max: 999_999_999, doc: 'Smallest answer that is compressed, in bytes.' })),
  ),
  'brotli-types': draining(readWith('`*` is not read.', words('content type', types, 'What is compressed, besides `text/html`.', /\s+/))),
});
