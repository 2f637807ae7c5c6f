import { flag } from './setting.ts';
import { reference } from './list.ts';
import { defineConcern, draining, read, readWith } from './concern.ts';

export const requestHeaders = defineConcern('Headers of requests', {
  'proxy-add-original-uri-header': draining(read(flag(false, 'Send the path and query of the request as `X-Original-URI`.'))),
  'generate-request-id': draining(
    readWith('The identifier is a UUID with dashes.', flag(true, 'Make an `X-Request-ID` where the request has none.')),
  ),
  'enable-underscores-in-headers': draining(read(flag(false, 'Keep headers with `_` in their names.'))),
  'ignore-invalid-headers': draining(
    readWith('Envoy answers 400 to names that HTTP does not allow, whatever is set.', flag(true, 'Drop headers with invalid names.')),
  ),
  'proxy-set-headers': draining(
    readWith(
      'Of the variables of nginx those of the table below are read; a header with another is left out and reported.',
      reference('ConfigMap whose entries are set as headers of every request to a backend.'),
    ),
  ),
});
