import { defineFamily } from './family.ts';
import { exact, field, optional } from './field.ts';
import { matching, wholeNumber } from './grammar.ts';

export interface RedirectPolicy {
  /** Requests for the paths of the Ingress are sent to this URL. */
  readonly to?: { readonly status: number; readonly url: string };
  /** Requests for the path `/` of the host are sent to this path. */
  readonly appRoot?: string;
}

/** URLIsValidRegex in ingress-nginx's internal/ingress/annotations/parser/validators.go, and isValidURL in its redirect/redirect.go */
const url = matching('absolute URL', /https?:\/\/[-._~A-Za-z0-9][-._~A-Za-z0-9/:?&=,]*/, { max: 2048 });

/** As the location template of ingress-nginx's rootfs/etc/nginx/template/nginx.tmpl has them: before everything but certificates of clients. */
export const redirects = defineFamily({
  title: 'Redirects',
  summary: 'Answers that send clients elsewhere. They come before the redirect to https and before whatever keeps clients out.',
  fields: {
    'permanent-redirect': optional(url, {
      doc: 'Sends requests for these paths to a URL; path and query are not added to it.',
      ...{ risk: 'Medium', scope: 'path', support: exact, example: 'https://www.example.com/new' },
    }),
    'permanent-redirect-code': field(wholeNumber({ min: 300, max: 308 }), 301, {
      doc: 'Status of permanent-redirect, from 300 to 308.',
      ...{ needs: 'permanent-redirect', risk: 'Low', scope: 'path', support: exact, example: '308' },
    }),
    'temporal-redirect': optional(url, {
      doc: 'As permanent-redirect, with 302; it goes before that one.',
      ...{ risk: 'Medium', scope: 'path', support: exact, example: 'https://www.example.com/soon' },
    }),
    'temporal-redirect-code': field(wholeNumber({ min: 300, max: 307 }), 302, {
      doc: 'Status of temporal-redirect, from 300 to 307.',
      ...{ needs: 'temporal-redirect', risk: 'Low', scope: 'path', support: exact, example: '307' },
    }),
    'app-root': optional(matching('path', /\/[-._~A-Za-z0-9/:]*/, { max: 1024 }), {
      doc: 'Sends requests for `/` of the host to this path, with 302.',
      ...{ risk: 'Medium', scope: 'host', support: exact, example: '/app' },
    }),
  },
  apply(values): RedirectPolicy {
    const [temporal, permanent, appRoot] = [values['temporal-redirect'], values['permanent-redirect'], values['app-root']];
    const to =
      temporal !== undefined
        ? { status: values['temporal-redirect-code'], url: temporal }
        : permanent !== undefined && { status: values['permanent-redirect-code'], url: permanent };
    return {
      ...(to !== false && { to }),
      ...(appRoot === undefined ? {} : { appRoot }),
    };
  },
});
