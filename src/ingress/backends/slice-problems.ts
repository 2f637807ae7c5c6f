import type { EndpointSlice } from '../../kube/objects.ts';
import { problem, type Problem } from '../../model/problem.ts';
import { sourceOf } from '../source-of.ts';

/** Whether a slice is one of which Naru uses nothing. */
export function isOfNames({ addressType }: EndpointSlice): boolean {
  return addressType === 'FQDN';
}

export function namesNotUsed(slice: EndpointSlice): Problem {
  return problem('NR506', sourceOf(slice, 'addressType'), {
    message: 'The endpoints of this EndpointSlice are host names.',
    done: 'They are passed by.',
    fix: 'Write IP addresses, or use a Service of type ExternalName.',
  });
}
