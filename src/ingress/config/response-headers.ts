import { flag } from './setting.ts';
import { headerNames, reference } from './list.ts';
import { defineConcern, draining, read, readWith } from './concern.ts';

export const responseHeaders = defineConcern('Headers of answers', {
  'add-headers': draining(
    readWith(
      'A header with a variable of nginx that Naru does not know is left out and reported.',
      reference('ConfigMap whose entries are set as headers of every answer.'),
    ),
  ),
  'hide-headers': draining(read(headerNames('', 'Headers of backends that clients do not get.'))),
  'server-tokens': draining(
    readWith(
      '`true` lets the `Server` of backends through. `false` is as docs/differences.md says.',
      flag(false, 'Answers say which server they are from.'),
    ),
  ),
  'allow-backend-server-header': draining(read(flag(false, 'Let the `Server` header of backends through.'))),
});
