import { defineFamily } from './family.ts';
import { differs, exact, field, optional } from './field.ts';
import { boolean, matching, oneOf, wholeNumber } from './grammar.ts';

/** Which requests a canary takes: a header decides, else a cookie, else chance. */
export interface CanaryPolicy {
  readonly header?: {
    /** In lower case. */
    readonly name: string;
    /** Absent: `always` and `never` decide. */
    readonly match?: { readonly type: 'exact' | 'pattern'; readonly text: string };
  };
  /** Name of the cookie of which `always` and `never` decide. */
  readonly cookie?: string;
  /** Out of `total`, and at most that. */
  readonly weight: number;
  readonly total: number;
  /** Clients with a session stay on the side where they began. */
  readonly keepsSessions: boolean;
}

const headerName = matching('header name', /[A-Za-z0-9_-]+/, { max: 128 });
const cookieName = matching('cookie name', /[A-Za-z0-9_.-]+/, { max: 128 });
const headerValue = matching('header value', /[ -~]+/, { max: 256 });

/** As route_to_alternative_balancer of ingress-nginx's rootfs/etc/nginx/lua/balancer.lua decides. */
export const canary = defineFamily({
  title: 'Canary',
  summary:
    'Makes the Ingress an alternative: it takes some requests of the Ingress that has the same host, path and path type. All other annotations are those of that Ingress. The header decides; where it does not, the cookie; else the weight.',
  fields: {
    canary: field(boolean, false, {
      doc: 'Marks the Ingress as a canary.',
      ...{ risk: 'Low', scope: 'service', example: 'true' },
      support: differs(
        'It keeps to its own host and path; in ingress-nginx it leaks into every path of the same Service. `--compatibility nginx` has it so.',
      ),
    }),
    // A weight above the total acts as the total in ingress-nginx; a negative one does not pass its validation.
    'canary-weight': field(wholeNumber(), 0, {
      doc: 'Share of requests for the canary, from 0 to 100, or to canary-weight-total.',
      ...{ needs: 'canary', risk: 'Low', scope: 'service', support: exact, example: '10' },
    }),
    'canary-weight-total': field(wholeNumber(), 100, {
      doc: 'What canary-weight is a share of, if it is more than 100.',
      ...{ needs: 'canary', risk: 'Low', scope: 'service', support: exact, example: '1000' },
    }),
    'canary-by-header': optional(headerName, {
      doc: 'Requests whose header of this name says `always` are for the canary, those where it says `never` are not.',
      ...{ needs: 'canary', risk: 'Medium', scope: 'service', support: exact, example: 'X-Canary' },
    }),
    'canary-by-header-value': optional(headerValue, {
      doc: 'Requests whose header says this are for the canary; `always` and `never` mean nothing then.',
      ...{ needs: 'canary', risk: 'Medium', scope: 'service', support: exact, example: 'beta' },
    }),
    'canary-by-header-pattern': optional(matching('regular expression', /[ -~]+/, { max: 256 }), {
      doc: 'Requests whose header holds something that matches are for the canary; canary-by-header-value comes before it.',
      ...{ needs: 'canary', risk: 'Medium', scope: 'service', example: '^beta-[0-9]+$' },
      support: differs(
        'It is an expression of RE2 and not of PCRE. With one that RE2 cannot read, requests with the header go to the primary, as in ingress-nginx with one that PCRE cannot.',
      ),
    }),
    'canary-by-cookie': optional(cookieName, {
      doc: 'Requests whose cookie of this name says `always` are for the canary, those where it says `never` are not.',
      ...{ needs: 'canary', risk: 'Medium', scope: 'service', support: exact, example: 'canary' },
    }),
    'affinity-canary-behavior': field(oneOf('sticky', 'legacy'), 'sticky', {
      doc: 'sticky: clients with a session cookie stay on the side where they began; legacy: each request is decided anew.',
      ...{ risk: 'Low', scope: 'service', example: 'legacy' },
      support: differs('A second cookie remembers the side.'),
    }),
  },
  apply(values): CanaryPolicy | undefined {
    if (!values.canary) return undefined;
    const total = Math.max(values['canary-weight-total'], 100);
    const { 'canary-by-header': name, 'canary-by-header-value': text, 'canary-by-header-pattern': pattern } = values;
    const match =
      text !== undefined ? { type: 'exact' as const, text } : pattern !== undefined && { type: 'pattern' as const, text: pattern };
    return {
      // nginx knows headers by variables, in which `-` is `_`.
      ...(name === undefined ? {} : { header: { name: name.toLowerCase().replaceAll('_', '-'), ...(match === false ? {} : { match }) } }),
      ...(values['canary-by-cookie'] === undefined ? {} : { cookie: values['canary-by-cookie'] }),
      weight: Math.min(values['canary-weight'], total),
      total,
      keepsSessions: values['affinity-canary-behavior'] === 'sticky',
    };
  },
});
