import { defineFamily } from './family.ts';
import { exact, field } from './field.ts';
import { boolean, wholeNumber } from './grammar.ts';

export interface CanaryPolicy {
  /** Share of requests out of 100. */
  readonly weight: number;
}

export const canary = defineFamily({
  title: 'Canary',
  summary: 'Makes the Ingress an alternative: it takes a share of the requests of the Ingress that has the same host and path.',
  fields: {
    canary: field(boolean, false, {
      doc: 'Marks the Ingress as a canary.',
      ...{ risk: 'Low', scope: 'service', support: exact, example: 'true' },
    }),
    // A weight above the total acts as the total in ingress-nginx; a negative one does not pass its validation.
    'canary-weight': field(wholeNumber(), 0, {
      doc: 'Share of requests for the canary, from 0 to 100.',
      ...{ risk: 'Low', scope: 'service', support: exact, example: '10' },
    }),
  },
  apply: (values): CanaryPolicy | undefined => (values.canary ? { weight: Math.min(values['canary-weight'], 100) } : undefined),
});
