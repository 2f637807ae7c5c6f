import type { HashKey } from '../../model/stickiness.ts';
import { parseHashKeys } from '../nginx/hash-keys.ts';
import type { AskedPolicy } from './asked-policy.ts';
import { defineFamily } from './family.ts';
import { differs, field, optional, reported } from './field.ts';
import { boolean, type Grammar, matching, oneOf, wholeNumber } from './grammar.ts';

/** hashByRegex in ingress-nginx's internal/ingress/annotations/upstreamhashby/main.go, and what its documentation shows besides. */
const written = matching('text with variables', /[A-Za-z0-9\-_${}|:/.]+/, { max: 512 });

const hashKeys: Grammar<readonly HashKey[]> = {
  type: written.type,
  parse(text) {
    const legal = written.parse(text);
    return legal.ok ? parseHashKeys(legal.value) : legal;
  },
};

const ownPaths = 'It holds for the paths of its own Ingress; in ingress-nginx the oldest Ingress of a Service decides for all.';
const noGroups = reported(
  'Envoy sends what has the same hash to one pod, not to one of a few; leave it out, or leave out upstream-hash-by.',
);

export const loadBalancing = defineFamily({
  title: 'Load balancing',
  summary: 'Which pod takes a request. A session cookie comes before upstream-hash-by, and that before load-balance.',
  fields: {
    'load-balance': field(oneOf('round_robin', 'ewma'), 'round_robin', {
      doc: 'In turn, or by how fast pods have answered lately.',
      ...{ risk: 'Low', scope: 'service', example: 'ewma' },
      support: differs(`For ewma Envoy takes, of two pods drawn at random, the one with fewer requests under way. ${ownPaths}`),
    }),
    'upstream-hash-by': optional(hashKeys, {
      doc: 'Requests for which this is the same go to the same pod.',
      ...{ risk: 'High', scope: 'service', example: '$request_uri' },
      support: differs(
        `It is made of host, method, path, client address, headers, query parameters and cookies; texts between them do not matter, and a rewritten path counts as rewritten. Pods are other ones than in ingress-nginx. ${ownPaths}`,
      ),
    }),
    'upstream-hash-by-subset': field(boolean, false, {
      doc: 'Requests with the same hash go to a few pods instead of one.',
      ...{ risk: 'Low', scope: 'service', example: 'true', support: noGroups },
    }),
    'upstream-hash-by-subset-size': field(wholeNumber(), 3, {
      doc: 'How many these are.',
      ...{ risk: 'Low', scope: 'service', example: '3', support: noGroups },
    }),
    'service-upstream': field(boolean, false, {
      doc: "Sends requests to the Service's own address, so that the cluster chooses the pod.",
      ...{ risk: 'Low', scope: 'service', example: 'true', support: differs(ownPaths) },
    }),
  },
  apply(values): AskedPolicy {
    const hashBy = values['upstream-hash-by'];
    const balancing = hashBy !== undefined ? 'hash' : values['load-balance'] === 'ewma' ? 'fewest-requests' : undefined;
    return {
      route: hashBy === undefined ? {} : { hashBy },
      upstream: {
        ...(balancing === undefined ? {} : { balancing }),
        ...(values['service-upstream'] ? { toServiceAddress: true } : {}),
      },
    };
  },
});
