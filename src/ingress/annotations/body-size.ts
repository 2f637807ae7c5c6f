import { usualBodySize } from '../../model/route-policy.ts';
import { defineFamily } from './family.ts';
import { differs, field } from './field.ts';
import { size } from './grammar.ts';

const streamed = differs(
  'Nothing is buffered. A body whose `Content-Length` is too large is refused before a pod sees it. One without a length is counted on its way: the pod gets its beginning, then the request is broken off.',
);

/** client_max_body_size of nginx. https://nginx.org/en/docs/http/ngx_http_core_module.html#client_max_body_size */
export const bodySize = defineFamily({
  title: 'Size of requests',
  summary: 'How large the body of a request may be. Larger ones are answered 413.',
  fields: {
    'proxy-body-size': field(size, usualBodySize, {
      doc: 'Largest body of a request; 0 for no limit.',
      ...{ risk: 'Medium', scope: 'path', support: streamed, example: '8m' },
    }),
  },
  apply: (values) => ({ route: values['proxy-body-size'] === usualBodySize ? {} : { bodySize: values['proxy-body-size'] } }),
});
