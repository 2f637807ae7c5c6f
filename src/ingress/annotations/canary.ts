import { defineFamily } from './family.ts';
import { flag, wholeNumber } from './field.ts';

export interface CanaryPolicy {
  /** Share of requests out of 100. */
  readonly weight: number;
}

export const canary = defineFamily({
  title: 'Canary',
  summary: 'Makes the Ingress an alternative: it takes a share of the requests of the Ingress that has the same host and path.',
  fields: {
    canary: flag(false, 'Marks the Ingress as a canary.'),
    // A weight above the total acts as the total in ingress-nginx; a negative one does not pass its validation.
    'canary-weight': wholeNumber({ fallback: 0, min: 0, max: 999_999_999, doc: 'Share of requests for the canary, from 0 to 100.' }),
  },
  apply: (values): CanaryPolicy | undefined => (values.canary ? { weight: Math.min(values['canary-weight'], 100) } : undefined),
});
