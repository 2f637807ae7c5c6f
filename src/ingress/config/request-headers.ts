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
    readWith(
      'Requests with names that HTTP itself does not allow are answered 400, whatever it says.',
      flag(true, 'Drop headers whose names are not of letters, digits and hyphens alone.'),
    ),
  ),
  'proxy-set-headers': draining(
    readWith(
      'A header with a variable of nginx that Naru does not know is left out and reported, and so are `Host` and the headers of the connection itself.',
      reference('ConfigMap whose entries are set as headers of every request to a backend.'),
    ),
  ),
});
