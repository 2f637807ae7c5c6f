import type { RoutePolicy } from '../../model/route-policy.ts';
import { defineFamily } from './family.ts';
import { differs, exact, field, optional } from './field.ts';
import { boolean, listOf, matching, seconds } from './grammar.ts';

const origin = matching('origin', /\*|null|[a-z][a-z0-9+.-]{0,32}:\/\/(?:\*\.)?[a-z0-9.-]+(?::\d{1,5})?/i, { max: 512 });
const names = matching('list of header names', /[A-Za-z0-9\-_, ]+/);
const usualHeaders = 'DNT,Keep-Alive,User-Agent,X-Requested-With,If-Modified-Since,Cache-Control,Content-Type,Range,Authorization';

/** The CORS template of ingress-nginx's rootfs/etc/nginx/template/nginx.tmpl. */
export const cors = defineFamily({
  title: 'Other origins',
  summary: 'Lets pages of other origins use answers (CORS). OPTIONS requests of such pages are answered 204 without asking anybody.',
  fields: {
    'enable-cors': field(boolean, false, {
      doc: 'Lets pages of other origins read the answers.',
      ...{ risk: 'Low', scope: 'path', example: 'true' },
      support: differs('Over plain http a redirect to https comes before the answer to OPTIONS.'),
    }),
    'cors-allow-origin': field(listOf(origin), ['*'], {
      doc: 'The origins; `*` for all, or in place of the first label of a host.',
      ...{
        needs: 'enable-cors',
        risk: 'Medium',
        scope: 'path',
        support: exact,
        example: 'https://*.example.com, http://localhost:3000',
        whenWrong: 'deny',
      },
    }),
    'cors-allow-methods': field(
      matching('list of methods', /[A-Za-z]+(?: *, *[A-Za-z]+)*/, { max: 256 }),
      'GET, PUT, POST, DELETE, PATCH, OPTIONS',
      {
        doc: 'Methods that pages may use.',
        ...{ needs: 'enable-cors', risk: 'Medium', scope: 'path', support: exact, example: 'GET, POST' },
      },
    ),
    'cors-allow-headers': field(names, usualHeaders, {
      doc: 'Headers that pages may send.',
      ...{ needs: 'enable-cors', risk: 'Medium', scope: 'path', support: exact, example: 'X-Token, Content-Type' },
    }),
    'cors-expose-headers': optional(matching('list of header names', /[A-Za-z0-9\-_*, ]+/), {
      doc: 'Headers of answers that pages may read.',
      ...{ needs: 'enable-cors', risk: 'Medium', scope: 'path', support: exact, example: 'X-Total' },
    }),
    'cors-allow-credentials': field(boolean, true, {
      doc: 'Whether pages may send cookies.',
      ...{ needs: 'enable-cors', risk: 'Low', scope: 'path', support: exact, example: 'false' },
    }),
    'cors-max-age': field(seconds(), 1_728_000, {
      doc: 'Seconds for which browsers remember the answer to OPTIONS.',
      ...{ needs: 'enable-cors', risk: 'Low', scope: 'path', support: exact, example: '600' },
    }),
  },
  apply(values): { readonly route: RoutePolicy } {
    if (!values['enable-cors']) return { route: {} };
    const origins = values['cors-allow-origin'];
    const exposed = values['cors-expose-headers'];
    return {
      route: {
        cors: {
          ...(origins.length > 0 && !origins.includes('*') && { origins }),
          credentials: values['cors-allow-credentials'],
          methods: values['cors-allow-methods'],
          headers: values['cors-allow-headers'],
          maxAge: values['cors-max-age'],
          ...(exposed !== undefined && { exposed }),
        },
      },
    };
  },
});
