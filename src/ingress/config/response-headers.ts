import { flag } from './setting.ts';
import { headerNames, reference } from './list.ts';
import { defineConcern, draining, read, readWith } from './concern.ts';

export const responseHeaders = defineConcern('Headers of answers', {
  'add-headers': draining(
    readWith(
      'Values are taken as they are; those with a variable of nginx are left out and reported.',
      reference('ConfigMap whose entries are set as headers of every answer.'),
    ),
  ),
  'hide-headers': draining(read(headerNames('', 'Headers of backends that clients do not get.'))),
  'server-tokens': draining(
    readWith(
      '`true` lets the `Server` of the backend through, else Envoy names itself.',
      flag(false, 'Answers say which server they are from.'),
    ),
  ),
  'allow-backend-server-header': draining(read(flag(false, 'Let the `Server` header of backends through.'))),
});
