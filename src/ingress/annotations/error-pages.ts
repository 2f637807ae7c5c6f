import { defineFamily } from './family.ts';
import { differs, exact, field, optional } from './field.ts';
import { boolean, listOf, matching, wholeNumber } from './grammar.ts';

export interface ErrorPagesPolicy {
  /** Name of a Service in the namespace of the Ingress. */
  readonly service?: string;
  readonly statuses: readonly number[];
  /** Errors of backends are left as they are. */
  readonly onlyOwn: boolean;
}

export const errorStatuses = listOf(wholeNumber({ min: 400, max: 599, type: 'status' }));

/** As proxy_intercept_errors and the custom error locations of ingress-nginx's rootfs/etc/nginx/template/nginx.tmpl. */
export const errorPages = defineFamily({
  title: 'Error pages',
  summary: 'Another backend answers where the one of a path has no ready pods, or answers with an error.',
  fields: {
    'default-backend': optional(matching('name of a Service', /[a-z](?:[-a-z0-9]*[a-z0-9])?/, { max: 63 }), {
      doc: 'A Service in the same namespace: at its first port it takes requests for a backend without ready pods, and makes error pages.',
      ...{ risk: 'Low', scope: 'path', support: exact, example: 'error-pages' },
    }),
    'custom-http-errors': field(errorStatuses, [], {
      doc: 'Statuses from 400 to 599 for which the default backend, or that of the controller, is asked for a page.',
      ...{
        ...{ risk: 'Low', scope: 'path', example: '404,503' },
        support: differs('It is asked by GET, without body, credentials and cookies, and the status stays that of the error.'),
      },
    }),
    'disable-proxy-intercept-errors': field(boolean, false, {
      doc: 'Leaves the errors of backends as they are: custom-http-errors is for those of the proxy itself.',
      ...{ risk: 'Low', scope: 'path', support: exact, example: 'true' },
    }),
  },
  apply(values): ErrorPagesPolicy | undefined {
    const service = values['default-backend'];
    const statuses = [...new Set(values['custom-http-errors'])].sort((a, b) => a - b);
    if (service === undefined && statuses.length === 0) return undefined;
    return { ...(service === undefined ? {} : { service }), statuses, onlyOwn: values['disable-proxy-intercept-errors'] };
  },
});
