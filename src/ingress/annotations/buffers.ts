import type { AskedPolicy } from './asked-policy.ts';
import { defineFamily } from './family.ts';
import { differs, field, optional } from './field.ts';
import { oneOf, size, wholeNumber } from './grammar.ts';

/** What Envoy holds of each stream, in its own buffers and those of its two connections. */
const fixed = differs('Envoy holds up to 64 KiB of an answer for a slow client, whatever is said; the pod waits with the rest.');

/** Bytes of an answer's head that Envoy takes in any case. https://www.envoyproxy.io/docs/envoy/v1.40.0/api-v3/config/core/v3/protocol.proto */
const usualHead = 60 * 1024;
const largestHead = 8192 * 1024;

export const buffers = defineFamily({
  title: 'Buffers',
  summary: 'What is held of requests and answers on their way. Naru lets both go by as they come.',
  fields: {
    'proxy-request-buffering': field(oneOf('on', 'off'), 'off', {
      doc: 'on: a pod gets a request when all of its body is there.',
      ...{ risk: 'Low', scope: 'path', example: 'on' },
      support: differs('It is off by default. Bodies are held in memory: those that are, or may be, longer than 10 MB go by as they come.'),
    }),
    'client-body-buffer-size': optional(size, {
      doc: 'Memory for the body of a request, which goes to a file beyond it.',
      ...{ inert: true, risk: 'Low', scope: 'path', example: '8k' },
      support: differs('There are no files: what proxy-request-buffering holds is in memory, and of other requests nothing is held.'),
    }),
    'proxy-buffer-size': optional(size, {
      doc: 'How long the head of an answer may be; for a longer one the answer is an error.',
      ...{ risk: 'Low', scope: 'path', example: '8k' },
      support: differs('Heads of up to 60 KiB are always taken, and of 8 MiB at most.'),
    }),
    'proxy-buffering': optional(oneOf('on', 'off'), {
      doc: 'on: an answer is taken from the pod as fast as that sends it, however slow the client is.',
      ...{ inert: true, risk: 'Low', scope: 'path', example: 'off', noEffectFor: ['on'], support: fixed },
    }),
    'proxy-buffers-number': optional(wholeNumber(), {
      doc: 'With proxy-buffering, how many buffers an answer may fill.',
      ...{ inert: true, risk: 'Low', scope: 'path', example: '4', support: fixed },
    }),
    'proxy-busy-buffers-size': optional(size, {
      doc: 'With proxy-buffering, how much of an answer may be on its way to the client while more is read.',
      ...{ inert: true, risk: 'Low', scope: 'path', example: '16k', support: fixed },
    }),
    'proxy-max-temp-file-size': optional(size, {
      doc: 'With proxy-buffering, how much of an answer may wait in a file; 0 for no files.',
      ...{ inert: true, risk: 'Low', scope: 'path', example: '0', support: differs('There are never files, as with 0.') },
    }),
  },
  apply(values): AskedPolicy {
    const head = Math.min(values['proxy-buffer-size'] ?? 0, largestHead);
    return {
      ...(values['proxy-request-buffering'] === 'on' && { route: { holdsBodies: true } }),
      ...(head > usualHead && { upstream: { answerHeadKiB: Math.ceil(head / 1024) } }),
    };
  },
});
